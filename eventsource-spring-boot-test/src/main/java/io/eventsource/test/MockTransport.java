package io.eventsource.test;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.request.MockHttpServletRequestBuilder;
import org.springframework.test.web.servlet.request.MockMvcRequestBuilders;
import org.springframework.test.web.servlet.request.RequestPostProcessor;

/**
 * Runs requests with {@link MockMvc}.
 */
final class MockTransport implements Transport {

	private final MockMvc mvc;

	MockTransport(MockMvc mvc) {
		this.mvc = mvc;
	}

	@Override
	public Exchange exchange(EventStreamRequest request) throws IOException {
		MockHttpServletRequestBuilder mock = MockMvcRequestBuilders.get(URI.create(request.uri()));
		for (Map.Entry<String, List<String>> header : request.headers().headerSet()) {
			for (String value : header.getValue()) {
				mock.header(header.getKey(), asOnTheWire(value));
			}
		}
		for (RequestPostProcessor processor : request.processors()) {
			mock.with(processor);
		}
		try {
			return new MockExchange(this.mvc.perform(mock).andReturn());
		}
		catch (IOException | RuntimeException ex) {
			throw ex;
		}
		catch (Exception ex) {
			throw new IOException(ex);
		}
	}

	/** Containers hand the bytes of a header over as characters of ISO-8859-1. */
	private static String asOnTheWire(String value) {
		return new String(value.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
	}

}
