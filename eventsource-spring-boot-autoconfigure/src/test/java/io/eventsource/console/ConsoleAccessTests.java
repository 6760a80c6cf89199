package io.eventsource.console;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

import io.eventsource.web.TestServer;
import io.eventsource.web.TestServer.Container;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.servlet.config.annotation.CorsRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Who gets into the console, and who does not.
 */
class ConsoleAccessTests {

	private static final String STREAMS = "/eventsource-console/streams";

	private static final String PUBLISH = "/eventsource-console/publish";

	private static final String ORDER = "{\"stream\":\"messages\",\"data\":\"a\"}";

	private TestServer server;

	private ConsoleBrowser local;

	@AfterEach
	void stop() {
		if (this.server != null) {
			this.server.close();
		}
	}

	@Test
	void nobodyGetsInWhereNobodyCanSignIn() throws Exception {
		start(Container.TOMCAT, ConsoleApplication.class);
		for (String path : List.of("", "/", "/console.js", "/streams", "/clients?stream=messages")) {
			ConsoleBrowser.Answer answer = this.local.get("/eventsource-console" + path);
			assertThat(answer.status()).as(path).isEqualTo(403);
			assertThat(answer.text()).contains("eventsource.console.access");
		}
		assertThat(this.local.perform(PUBLISH, ORDER).status()).isEqualTo(403);
		assertNothingWasDone();
	}

	@ParameterizedTest
	@EnumSource
	void onlyRequestsOfTheMachineItselfAreLocal(Container container) throws Exception {
		start(container, ConsoleApplication.class, "eventsource.console.access=local");
		for (String host : List.of("localhost", "LocalHost:8080", "127.0.0.1", "127.1.2.3:80", "[::1]:8080")) {
			assertThat(this.local.with("Host", host).get(STREAMS).status()).as(host).isEqualTo(200);
		}
		// Their owners can make them mean this machine
		for (String host : List.of("attacker.example", "localhost.attacker.example:80", "127.0.0.1.attacker.example",
				"attacker-localhost", "10.0.0.1", "0.0.0.0", "127.0.0.1x", "[::2]")) {
			assertThat(this.local.with("Host", host).get(STREAMS).status()).as(host).isIn(400, 403);
			assertThat(this.local.with("Host", host).perform(PUBLISH, ORDER).status()).as(host).isIn(400, 403);
		}
		for (String header : List.of("X-Forwarded-For", "x-forwarded-proto", "X-Forwarded-Host", "Forwarded", "Via",
				"X-Real-IP", "CF-Connecting-IP")) {
			assertThat(this.local.with(header, "127.0.0.1").get(STREAMS).status()).as(header).isEqualTo(403);
		}
		assertNothingWasDone();
	}

	@ParameterizedTest
	@CsvSource({ "TOMCAT, native", "TOMCAT, framework", "JETTY, native" })
	void headersOfAProxyMakeNoRequestLocal(Container container, String strategy) throws Exception {
		start(container, ConsoleApplication.class, "eventsource.console.access=local",
				"server.forward-headers-strategy=" + strategy);
		// Tomcat marks all requests once it may take addresses from headers
		boolean marked = strategy.equals("native") && container == Container.TOMCAT;
		assertThat(this.local.get(STREAMS).status()).isEqualTo(marked ? 403 : 200);
		ConsoleBrowser proxied = this.local.with("X-Forwarded-For", "127.0.0.1");
		assertThat(proxied.get(STREAMS).status()).isEqualTo(403);
		assertThat(proxied.with("X-Forwarded-Host", "localhost").get(STREAMS).status()).isEqualTo(403);
		assertThat(this.local.with("Forwarded", "for=127.0.0.1;host=localhost").get(STREAMS).status()).isEqualTo(403);
		assertThat(this.local.with("X-Forwarded-For", "203.0.113.1").get(STREAMS).status()).isEqualTo(403);
	}

	@Test
	void pagesOfOtherOriginsCanNeitherReadNorDoAnything() throws Exception {
		start(Container.TOMCAT, OpenToOtherOrigins.class, "eventsource.console.access=any");
		for (String site : List.of("cross-site", "same-site", "none")) {
			assertThat(this.local.with("Sec-Fetch-Site", site).get(STREAMS).status()).as(site).isEqualTo(403);
			ConsoleBrowser json = this.local.with("Content-Type", "application/json");
			assertThat(json.with("Sec-Fetch-Site", site).post(PUBLISH, ORDER).status()).as(site).isEqualTo(403);
			assertThat(
					json.with("Sec-Fetch-Site", site).with("Sec-Fetch-Mode", "navigate").post(PUBLISH, ORDER).status())
				.isEqualTo(403);
		}
		for (String origin : List.of("https://attacker.example", "null", "http://localhost:1",
				"https://localhost:" + this.server.port())) {
			ConsoleBrowser other = this.local.with("Origin", origin);
			assertThat(other.get(STREAMS).status()).as(origin).isEqualTo(403);
			assertThat(other.with("Content-Type", "application/json").post(PUBLISH, ORDER).status()).isEqualTo(403);
		}
		// What a form can send
		for (String type : List.of("text/plain", "application/x-www-form-urlencoded")) {
			assertThat(this.local.with("Content-Type", type).post(PUBLISH, ORDER).status()).isBetween(400, 415);
		}
		assertThat(this.local.get(PUBLISH + "?stream=messages&data=a").status()).isEqualTo(404);
		assertNothingWasDone();
		ConsoleBrowser link = this.local.with("Sec-Fetch-Site", "cross-site").with("Sec-Fetch-Mode", "navigate");
		assertThat(link.get("/eventsource-console/").status()).isEqualTo(200);
		ConsoleBrowser own = this.local.with("Origin", "http://localhost:" + this.server.port());
		assertThat(own.with("Content-Type", "application/json").post(PUBLISH, ORDER).status()).isEqualTo(200);
		assertThat(this.local.perform(PUBLISH, ORDER).status()).isEqualTo(200);
	}

	@Test
	void demandsTheUserThatSpringSecurityDemandsByDefault() throws Exception {
		start(Container.TOMCAT, WithUsers.class, TestServer.without(TestServer.DATABASE));
		assertThat(this.local.get(STREAMS).status()).isEqualTo(401);
		assertThat(this.local.get("/eventsource-console/").status()).isEqualTo(401);
		ConsoleBrowser alice = signedIn("alice");
		ConsoleBrowser.Answer answer = alice.get(STREAMS);
		assertThat(answer.status()).isEqualTo(200);
		assertThat(alice.perform(PUBLISH, ORDER).status()).isIn(401, 403);
		assertNothingWasDone();
		JsonNode csrf = answer.json().path("csrf");
		String session = answer.head().replaceAll("(?s).*(JSESSIONID=[^;]+).*", "$1");
		ConsoleBrowser page = alice.with("Cookie", session)
			.with(csrf.path("name").asString(), csrf.path("value").asString());
		assertThat(page.perform(PUBLISH, ORDER).status()).isEqualTo(200);
	}

	@Test
	void rulesThatLetEverybodyInDoNotOpenIt() throws Exception {
		start(Container.TOMCAT, WithCarelessRules.class, TestServer.without(TestServer.DATABASE),
				"eventsource.console.roles=OPS");
		assertThat(this.local.get(STREAMS).status()).isEqualTo(403);
		assertThat(signedIn("alice").get(STREAMS).status()).isEqualTo(403);
		assertThat(signedIn("operator").get(STREAMS).status()).isEqualTo(200);
	}

	private ConsoleBrowser signedIn(String user) {
		return this.local.with("Authorization",
				"Basic " + Base64.getEncoder().encodeToString((user + ":secret").getBytes(StandardCharsets.UTF_8)));
	}

	private void assertNothingWasDone() {
		assertThat(this.server.snapshot("messages").published()).isZero();
	}

	private void start(Container container, Class<?> application, String... properties) {
		List<String> all = new ArrayList<>(
				List.of("eventsource.console.enabled=true", "eventsource.console.actions=publish"));
		all.addAll(List.of(properties));
		this.server = TestServer.start(container, application, all.toArray(String[]::new));
		this.local = new ConsoleBrowser(this.server.port());
	}

	@Configuration(proxyBeanMethods = false)
	@Import(ConsoleApplication.class)
	static class OpenToOtherOrigins implements WebMvcConfigurer {

		@Override
		public void addCorsMappings(CorsRegistry registry) {
			registry.addMapping("/**").allowedOriginPatterns("*").allowCredentials(true).allowedMethods("*");
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(ConsoleApplication.class)
	static class WithUsers {

		@Bean
		UserDetailsService users() {
			return new InMemoryUserDetailsManager(User.withUsername("alice").password("{noop}secret").build(),
					User.withUsername("operator").password("{noop}secret").roles("OPS").build());
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(WithUsers.class)
	static class WithCarelessRules {

		@Bean
		SecurityFilterChain rules(HttpSecurity http) {
			return http.authorizeHttpRequests((requests) -> requests.anyRequest().permitAll())
				.httpBasic(Customizer.withDefaults())
				.build();
		}

	}

}
