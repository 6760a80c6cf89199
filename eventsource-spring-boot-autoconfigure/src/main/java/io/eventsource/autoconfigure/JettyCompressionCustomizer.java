package io.eventsource.autoconfigure;

import org.eclipse.jetty.compression.gzip.GzipCompression;
import org.eclipse.jetty.compression.gzip.GzipEncoderConfig;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.jetty.servlet.JettyServletWebServerFactory;
import org.springframework.boot.web.server.Compression;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.http.MediaType;

/**
 * Lets Jetty send what it has compressed whenever a stream flushes; else it would hold
 * back all events until there is a buffer full of them. Tomcat does so by itself.
 */
class JettyCompressionCustomizer implements WebServerFactoryCustomizer<JettyServletWebServerFactory> {

	@Override
	public void customize(JettyServletWebServerFactory factory) {
		// Called with a server that is complete, whatever other customizers there are
		factory.addServerCustomizers((server) -> {
			if (compressesStreams(factory.getCompression())) {
				for (GzipCompression gzip : server.getContainedBeans(GzipCompression.class)) {
					if (gzip.getDefaultEncoderConfig() instanceof GzipEncoderConfig config) {
						config.setSyncFlush(true);
					}
				}
			}
		});
	}

	private static boolean compressesStreams(@Nullable Compression compression) {
		if (compression == null || !compression.getEnabled()) {
			return false;
		}
		for (String type : compression.getAllMimeTypes()) {
			if (type.equalsIgnoreCase(MediaType.TEXT_EVENT_STREAM_VALUE)) {
				return true;
			}
		}
		return false;
	}

}
