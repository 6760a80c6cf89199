package io.eventsource.autoconfigure;

import io.eventsource.tomcat.LeanHttp11NioProtocol;
import io.eventsource.tomcat.SocketValve;
import org.apache.catalina.connector.Connector;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.apache.coyote.http11.Http11NioProtocol;

import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.tomcat.ConfigurableTomcatWebServerFactory;
import org.springframework.boot.tomcat.TomcatWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;

/**
 * Has Tomcat hand over the sockets of event streams.
 */
class TomcatSocketCustomizer
		implements WebServerFactoryCustomizer<ConfigurableTomcatWebServerFactory>, SmartInitializingSingleton {

	private static final Log logger = LogFactory.getLog(TomcatSocketCustomizer.class);

	private final boolean lean;

	private volatile boolean used;

	/**
	 * Creates a customizer.
	 * @param lean whether sockets have buffers only when they need them
	 */
	TomcatSocketCustomizer(boolean lean) {
		this.lean = lean;
	}

	@Override
	public void customize(ConfigurableTomcatWebServerFactory factory) {
		this.used = true;
		factory.addEngineValves(new SocketValve());
		factory.addConnectorCustomizers(TomcatSocketCustomizer::review);
		if (this.lean && factory instanceof TomcatWebServerFactory tomcat
				&& tomcat.getProtocol().equals(TomcatWebServerFactory.DEFAULT_PROTOCOL)) {
			tomcat.setProtocol(LeanHttp11NioProtocol.class.getName());
		}
	}

	/** By then, an embedded server has been created. */
	@Override
	public void afterSingletonsInstantiated() {
		if (!this.used) {
			logger.warn("eventsource.tomcat.direct has no effect, since the application does not run in an embedded "
					+ "Tomcat");
		}
	}

	private static void review(Connector connector) {
		if (!(connector.getProtocolHandler() instanceof Http11NioProtocol)) {
			logger.warn("eventsource.tomcat.direct has no effect on a connector of the protocol "
					+ connector.getProtocolHandlerClassName() + "; it needs HTTP/1.1 on NIO");
		}
	}

}
