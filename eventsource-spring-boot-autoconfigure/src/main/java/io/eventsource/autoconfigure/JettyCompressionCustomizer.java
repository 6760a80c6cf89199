package io.eventsource.autoconfigure;

import org.eclipse.jetty.compression.gzip.GzipCompression;
import org.eclipse.jetty.compression.gzip.GzipEncoderConfig;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.jetty.servlet.JettyServletWebServerFactory;
import org.springframework.boot.web.server.Compression;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.http.MediaType;

/**
 * Makes Jetty send compressed data whenever a stream flushes; otherwise it would hold
 * back events until a buffer is full. Tomcat does so by itself.
 */
class JettyCompressionCustomizer implements WebServerFactoryCustomizer<JettyServletWebServerFactory> {

	@Override
	public void customize(JettyServletWebServerFactory factory) {
		// Called with a complete server, whatever other customizers there are
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
