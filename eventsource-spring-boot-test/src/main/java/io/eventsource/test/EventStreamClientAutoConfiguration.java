package io.eventsource.test;

import java.io.IOException;
import java.net.URI;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.test.http.server.LocalTestWebServer;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.test.web.servlet.MockMvc;

/**
 * Supplies the {@link EventStreamClient} of a test.
 */
@AutoConfiguration
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
public final class EventStreamClientAutoConfiguration {

	/**
	 * The client, which looks for the server or the {@link MockMvc} of the test with its
	 * first request.
	 * @param context of the application under test
	 * @param mvc the test's mock environment, if it has one
	 * @return the client
	 */
	@Bean
	@ConditionalOnMissingBean
	EventStreamClient eventStreamClient(ApplicationContext context, ObjectProvider<MockMvc> mvc) {
		StreamNames names = new StreamNames(context.getEnvironment()::getProperty);
		return new EventStreamClient((request) -> exchange(context, mvc, request), names,
				EventStreamClient.DEFAULT_TIMEOUT);
	}

	private static Exchange exchange(ApplicationContext context, ObjectProvider<MockMvc> mvc,
			EventStreamRequest request) throws IOException {
		LocalTestWebServer server = LocalTestWebServer.get(context);
		if (server != null) {
			return new SocketTransport(() -> URI.create(server.uri()), null).exchange(request);
		}
		MockMvc mock = mvc.getIfAvailable();
		if (mock == null) {
			throw new IllegalStateException("This test has neither a web server nor a MockMvc. "
					+ "Use @SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT), @AutoConfigureMockMvc or @WebMvcTest");
		}
		return new MockTransport(mock).exchange(request);
	}

}
