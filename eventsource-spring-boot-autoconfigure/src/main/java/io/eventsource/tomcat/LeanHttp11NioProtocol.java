package io.eventsource.tomcat;

import org.apache.coyote.http11.Http11NioProtocol;

/**
 * Tomcat's protocol for HTTP/1.1, but that a socket has buffers only once they are used,
 * and none any more when it is handed over.
 */
public class LeanHttp11NioProtocol extends Http11NioProtocol {

	/**
	 * Creates the protocol. Called by Tomcat.
	 */
	public LeanHttp11NioProtocol() {
		super(new LeanNioEndpoint());
	}

	/**
	 * Creates the protocol with an endpoint.
	 */
	LeanHttp11NioProtocol(LeanNioEndpoint endpoint) {
		super(endpoint);
	}

}
