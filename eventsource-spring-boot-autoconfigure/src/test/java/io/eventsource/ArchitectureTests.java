package io.eventsource;

import java.util.Set;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.properties.HasOwner;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import com.tngtech.archunit.library.Architectures;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import io.eventsource.engine.runtime.Dispatcher;
import jakarta.servlet.http.HttpServletResponse;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.web.servlet.mvc.method.annotation.ResponseBodyEmitter;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The shape of the code, as the one picture draws it.
 */
class ArchitectureTests {

	/** What users may name in their own code; all else is ours to change. */
	private static final Set<String> PUBLIC_TYPES = Set.of("io.eventsource.BufferSettings",
			"io.eventsource.EventTopics", "io.eventsource.TopicReceiver", "io.eventsource.TopicSource",
			"io.eventsource.TopicStore", "io.eventsource.TopicStore$Run", "io.eventsource.TopicStore$End",
			"io.eventsource.TopicSettings", "io.eventsource.TopicSnapshot", "io.eventsource.TopicsSnapshot",
			"io.eventsource.TopicsSnapshot$Reason", "io.eventsource.UnknownTopics", "io.eventsource.web.TopicRules",
			"io.eventsource.engine.TopicDefinition", "io.eventsource.ConnectionSettings",
			"io.eventsource.HeartbeatSettings", "io.eventsource.PublisherSettings", "io.eventsource.ReplaySettings",
			"io.eventsource.Callee", "io.eventsource.ClientSnapshot", "io.eventsource.CloseReason",
			"io.eventsource.DataWriter", "io.eventsource.DispatcherSnapshot", "io.eventsource.Event",
			"io.eventsource.Event$Builder", "io.eventsource.EventChannel", "io.eventsource.EventChannels",
			"io.eventsource.EventPublicationException", "io.eventsource.EventStore",
			"io.eventsource.EventStore$Receiver", "io.eventsource.redis.RedisChannelSettings",
			"io.eventsource.redis.RedisEventChannels",
			"io.eventsource.autoconfigure.EventSourceChannelsAutoConfiguration", "io.eventsource.EventClient",
			"io.eventsource.EventClient$Builder", "io.eventsource.EventFilter", "io.eventsource.EventConnection",
			"io.eventsource.EventSink", "io.eventsource.engine.EventStream", "io.eventsource.engine.EventStreamBuilder",
			"io.eventsource.engine.Reconnection", "io.eventsource.EventHistory",
			"io.eventsource.HistoryUnavailableException", "io.eventsource.GapCause", "io.eventsource.OverflowStrategy",
			"io.eventsource.PersonalStream", "io.eventsource.RefusalReason", "io.eventsource.StreamListener",
			"io.eventsource.StreamSettings", "io.eventsource.StreamSettings$Builder", "io.eventsource.StreamSnapshot",
			"io.eventsource.StreamSnapshot$State", "io.eventsource.autoconfigure.EventSourceAutoConfiguration",
			"io.eventsource.autoconfigure.EventSourceConsoleAutoConfiguration", "io.eventsource.console.ConsoleAccess",
			"io.eventsource.console.ConsoleAction", "io.eventsource.console.ConsoleRoutes",
			"io.eventsource.console.ConsoleSettings",
			"io.eventsource.autoconfigure.EventSourceEndpointAutoConfiguration",
			"io.eventsource.autoconfigure.EventSourceHealthAutoConfiguration",
			"io.eventsource.autoconfigure.EventSourceMetricsAutoConfiguration",
			"io.eventsource.autoconfigure.EventSourceObservationAutoConfiguration",
			"io.eventsource.autoconfigure.EventSourceReactiveAutoConfiguration", "io.eventsource.web.Admission",
			"io.eventsource.web.StreamAccess", "io.eventsource.web.StreamAdmission",
			"io.eventsource.web.EndpointSettings", "io.eventsource.web.PublisherDefinition",
			"io.eventsource.web.StreamRequests", "io.eventsource.web.Rejection",
			"io.eventsource.engine.ConnectionAttempt", "io.eventsource.engine.ConnectionLimits",
			"io.eventsource.engine.StreamFamily", "io.eventsource.engine.StreamFamilyFactory",
			"io.eventsource.engine.StreamRegistry", "io.eventsource.web.DisconnectedClientResolver",
			"io.eventsource.web.EventSourceEndpoint", "io.eventsource.web.SocketOffer",
			"io.eventsource.web.ClientSocket", "io.eventsource.web.SocketListener", "io.eventsource.web.DirectSnapshot",
			"io.eventsource.tomcat.SocketValve", "io.eventsource.tomcat.LeanHttp11NioProtocol",
			"io.eventsource.web.EventSourceHandlerMapping", "io.eventsource.web.StreamDefinition",
			"io.eventsource.web.StreamInterceptor", "io.eventsource.LogSanitizer",
			"io.eventsource.BufferedSubscription", "io.eventsource.BufferingPublisher", "io.eventsource.EventReceiver",
			"io.eventsource.NonBlockingThread", "io.eventsource.NonBlockingThread$Replaced",
			"io.eventsource.PublisherPace", "io.eventsource.ReplayBuffer");

	private final JavaClasses classes = new ClassFileImporter()
		.withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
		// A module of its own
		.withImportOption((location) -> !location.contains("/io/eventsource/test/"))
		.importPackages("io.eventsource");

	@Test
	void coreKnowsNothingOfSpringAndServlets() {
		check(ArchRuleDefinition.classes()
			.that()
			.resideInAnyPackage("io.eventsource", "io.eventsource.engine..")
			.should()
			.onlyDependOnClassesThat()
			.resideInAnyPackage("io.eventsource", "io.eventsource.engine..", "java..", "org.reactivestreams",
					"org.jspecify..", "org.apache.commons.logging"));
	}

	@Test
	void contractKnowsNothingOfTheEngine() {
		check(ArchRuleDefinition.noClasses()
			.that()
			.resideInAPackage("io.eventsource")
			.should()
			.dependOnClassesThat()
			.resideInAPackage("io.eventsource.engine.."));
	}

	@Test
	void arrowsOnlyPointDown() {
		check(ArchRuleDefinition.noClasses()
			.that()
			.resideInAPackage("io.eventsource.web")
			.should()
			.dependOnClassesThat()
			.resideInAnyPackage("io.eventsource.autoconfigure", "io.eventsource.console", "io.eventsource.redis",
					"io.eventsource.tomcat", "org.springframework.boot..", "org.apache.catalina..",
					"org.apache.coyote..", "org.apache.tomcat.."));
		check(ArchRuleDefinition.noClasses()
			.that()
			.resideInAPackage("io.eventsource.tomcat")
			.should()
			.dependOnClassesThat()
			.resideInAnyPackage("io.eventsource.autoconfigure", "io.eventsource.redis", "io.eventsource.engine..",
					"org.springframework.."));
		check(ArchRuleDefinition.noClasses()
			.that()
			.resideInAPackage("io.eventsource.console")
			.should()
			.dependOnClassesThat()
			.resideInAnyPackage("io.eventsource.autoconfigure", "io.eventsource.redis", "io.eventsource.tomcat",
					"io.eventsource.engine..", "org.springframework.boot.."));
		check(ArchRuleDefinition.noClasses()
			.that()
			.resideInAPackage("io.eventsource.redis")
			.should()
			.dependOnClassesThat()
			.resideInAnyPackage("io.eventsource.autoconfigure", "io.eventsource.web", "org.springframework.boot.."));
		check(SlicesRuleDefinition.slices().matching("io.eventsource.(*)..").should().beFreeOfCycles());
	}

	@Test
	void engineIsEnteredByItsDoor() {
		check(ArchRuleDefinition.noClasses()
			.that()
			.resideInAnyPackage("io.eventsource.web", "io.eventsource.autoconfigure", "io.eventsource.redis")
			.should()
			.dependOnClassesThat(JavaClass.Predicates.resideInAPackage("io.eventsource.engine.*")
				.and(DescribedPredicate.not(JavaClass.Predicates.type(Dispatcher.class)))));
	}

	@Test
	void partsOfTheEngineKnowOnlyWhatIsBelowThem() {
		check(Architectures.layeredArchitecture()
			.consideringOnlyDependenciesInLayers()
			.layer("door")
			.definedBy("io.eventsource.engine")
			.layer("source")
			.definedBy("io.eventsource.engine.source")
			.layer("delivery")
			.definedBy("io.eventsource.engine.delivery")
			.layer("log")
			.definedBy("io.eventsource.engine.log")
			.layer("runtime")
			.definedBy("io.eventsource.engine.runtime")
			.whereLayer("door")
			.mayNotBeAccessedByAnyLayer()
			.whereLayer("source")
			.mayOnlyBeAccessedByLayers("door")
			.whereLayer("delivery")
			.mayOnlyBeAccessedByLayers("door")
			.whereLayer("log")
			.mayOnlyBeAccessedByLayers("door", "source", "delivery"));
	}

	@Test
	void onlyListedTypesArePublic() {
		assertThat(this.classes.stream()
			.filter((type) -> type.getModifiers().contains(JavaModifier.PUBLIC))
			.filter((type) -> !type.getPackageName().startsWith("io.eventsource.engine."))
			.filter((type) -> !type.getSimpleName().equals("package-info"))
			.filter((type) -> type.getEnclosingClass()
				.map((outer) -> outer.getModifiers().contains(JavaModifier.PUBLIC))
				.orElse(true))
			.map(JavaClass::getName)).containsExactlyInAnyOrderElementsOf(PUBLIC_TYPES);
	}

	@Test
	void autoConfigurationsAreFinalWithoutPublicMembers() {
		check(ArchRuleDefinition.classes()
			.that()
			.areAnnotatedWith(AutoConfiguration.class)
			.should()
			.bePublic()
			.andShould()
			.haveModifier(JavaModifier.FINAL));
		check(ArchRuleDefinition.members()
			.that()
			.areDeclaredInClassesThat()
			.areAnnotatedWith(AutoConfiguration.class)
			.and(DescribedPredicate.not(DescribedPredicate.describe("are the implicit constructor",
					(member) -> member.getName().equals("<init>"))))
			.should()
			.notBePublic());
	}

	@Test
	void fewClassesTouchTheEmitterAndTheResponse() {
		DescribedPredicate<JavaClass> output = JavaClass.Predicates.assignableTo(HttpServletResponse.class)
			.or(JavaClass.Predicates.assignableTo(ResponseBodyEmitter.class));
		check(ArchRuleDefinition.noClasses()
			.that()
			.doNotHaveFullyQualifiedName("io.eventsource.web.EarlyResponse")
			.and()
			.doNotHaveFullyQualifiedName("io.eventsource.web.StreamHeaders")
			.and()
			.doNotHaveFullyQualifiedName("io.eventsource.web.ResponseHead")
			.and()
			.doNotHaveFullyQualifiedName("io.eventsource.web.ResponseOutput")
			.and()
			.doNotHaveFullyQualifiedName("io.eventsource.web.BlockingOutput")
			.and()
			// Which hands the emitter to Spring MVC
			.doNotHaveFullyQualifiedName("io.eventsource.web.StreamExchange")
			.and()
			// Its emitter, which only hands on what Spring MVC tells it
			.doNotHaveFullyQualifiedName("io.eventsource.web.StreamEmitter")
			.and()
			// It belongs to Tomcat, and keeps it from the output of a stream that was
			// reset
			.doNotHaveFullyQualifiedName("io.eventsource.autoconfigure.TomcatHttp2Customizer$ResetValve")
			.and()
			// It belongs to Tomcat, and sees a response before anything is sent
			.doNotHaveFullyQualifiedName("io.eventsource.autoconfigure.TomcatResponseCustomizer$FreshResponseValve")
			.should()
			.callCodeUnitWhere(JavaCall.Predicates.target(HasOwner.Predicates.With.owner(output))));
	}

	private void check(ArchRule rule) {
		rule.check(this.classes);
	}

}
