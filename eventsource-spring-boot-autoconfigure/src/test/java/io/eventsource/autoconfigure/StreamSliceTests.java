package io.eventsource.autoconfigure;

import io.eventsource.web.EventSourceEndpoint;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.webmvc.test.autoconfigure.WebMvcTest;
import org.springframework.test.context.ContextConfiguration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A slice of an application, which has the settings of all its streams and none of the
 * streams.
 */
@ExtendWith(OutputCaptureExtension.class)
@WebMvcTest(properties = { "eventsource.streams.orders.heartbeat=5s", "eventsource.streams.my.orders.path=/orders" })
@ContextConfiguration(classes = StreamSliceTests.Application.class)
class StreamSliceTests {

	@Autowired
	private EventSourceEndpoint endpoint;

	@Test
	void sliceStartsAndNamesTheSettings(CapturedOutput output) {
		assertThat(this.endpoint.definitions()).isEmpty();
		assertThat(output).contains("is for the stream 'orders', but there is no event stream");
	}

	@SpringBootConfiguration
	@EnableAutoConfiguration
	static class Application {

	}

}
