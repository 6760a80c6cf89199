package io.eventsource.autoconfigure;

import java.io.IOException;
import java.util.function.Consumer;

import io.eventsource.web.StreamRequests;
import jakarta.servlet.ServletException;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.apache.coyote.ActionCode;
import org.apache.coyote.UpgradeProtocol;
import org.apache.coyote.http2.Http2Protocol;

import org.springframework.boot.tomcat.ConfigurableTomcatWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;

/**
 * Provides a way to reset an HTTP/2 stream on Tomcat, which the Servlet API lacks, and
 * lets pages open and close streams without having their connection closed for too much
 * overhead.
 */
class TomcatHttp2Customizer implements WebServerFactoryCustomizer<ConfigurableTomcatWebServerFactory> {

	private static final int DEFAULT_FACTOR = new Http2Protocol().getOverheadResetFactor();

	private final int resetFactor;

	/**
	 * Creates a customizer.
	 * @param resetFactor what a reset adds to the overhead, if the application leaves
	 * that at its default
	 */
	TomcatHttp2Customizer(int resetFactor) {
		if (resetFactor < 0) {
			throw new InvalidEventSourceConfigurationException(
					"eventsource.tomcat.http2-reset-factor must not be negative; got " + resetFactor + ".",
					"Change the value in the application's configuration, or leave it out.");
		}
		this.resetFactor = resetFactor;
	}

	@Override
	public void customize(ConfigurableTomcatWebServerFactory factory) {
		factory.addEngineValves(new ResetValve());
		factory.addConnectorCustomizers(this::customize);
	}

	private void customize(Connector connector) {
		for (UpgradeProtocol protocol : connector.findUpgradeProtocols()) {
			if (protocol instanceof Http2Protocol http2 && http2.getOverheadResetFactor() == DEFAULT_FACTOR) {
				http2.setOverheadResetFactor(this.resetFactor);
			}
		}
	}

	/**
	 * Stores the way to reset the stream in each request.
	 */
	private static final class ResetValve extends ValveBase {

		ResetValve() {
			super(true);
		}

		@Override
		public void invoke(Request request, Response response) throws IOException, ServletException {
			if (!"HTTP/2.0".equals(request.getProtocol())) {
				getNext().invoke(request, response);
				return;
			}
			if (!(request.getAttribute(StreamRequests.RESET_ATTRIBUTE) instanceof Reset)) {
				request.setAttribute(StreamRequests.RESET_ATTRIBUTE, new Reset(request.getCoyoteRequest()));
			}
			getNext().invoke(request, response);
			if (request.getAttribute(StreamRequests.RESET_ATTRIBUTE) instanceof Reset reset && reset.done) {
				// Otherwise Tomcat tries to send what is left before it resets the stream
				response.setSuspended(true);
			}
		}

	}

	/**
	 * Makes Tomcat process a failure of the stream on a thread of its own.
	 */
	private static final class Reset implements Consumer<Throwable> {

		private final org.apache.coyote.Request request;

		private volatile boolean done;

		Reset(org.apache.coyote.Request request) {
			this.request = request;
		}

		@Override
		public void accept(Throwable reason) {
			this.done = true;
			this.request.action(ActionCode.CLOSE_NOW, reason);
		}

	}

}
