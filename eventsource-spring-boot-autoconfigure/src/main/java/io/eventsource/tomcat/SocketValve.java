package io.eventsource.tomcat;

import java.io.IOException;

import io.eventsource.web.StreamRequests;
import jakarta.servlet.ServletException;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;

/**
 * Offers the socket of each request to the stream that may answer it.
 */
public final class SocketValve extends ValveBase {

	/**
	 * Creates a valve.
	 */
	public SocketValve() {
		super(true);
	}

	@Override
	public void invoke(Request request, Response response) throws IOException, ServletException {
		request.setAttribute(StreamRequests.SOCKET_ATTRIBUTE, new TomcatSocketOffer(request));
		getNext().invoke(request, response);
	}

}
