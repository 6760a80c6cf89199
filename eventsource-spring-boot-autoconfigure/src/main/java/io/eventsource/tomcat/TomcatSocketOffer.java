package io.eventsource.tomcat;

import java.util.concurrent.atomic.AtomicBoolean;

import io.eventsource.web.ClientSocket;
import io.eventsource.web.SocketListener;
import io.eventsource.web.SocketOffer;
import jakarta.servlet.DispatcherType;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.connector.Request;
import org.apache.coyote.ActionCode;
import org.apache.coyote.Response;
import org.apache.coyote.UpgradeToken;
import org.apache.coyote.http11.Http11InputBuffer;
import org.apache.coyote.http11.Http11NioProtocol;
import org.apache.tomcat.util.http.MimeHeaders;
import org.jspecify.annotations.Nullable;

/**
 * The offer of Tomcat to hand over the socket of a request. Tomcat hands the socket of a
 * connection that is upgraded to a handler, and takes its HTTP processor back. Nothing in
 * it requires that the response has the status 101, or that there is anything left to be
 * sent of it.
 */
final class TomcatSocketOffer implements SocketOffer {

	private final Request request;

	TomcatSocketOffer(Request request) {
		this.request = request;
	}

	@Override
	public @Nullable String obstacle() {
		org.apache.coyote.Request coyote = this.request.getCoyoteRequest();
		String obstacle = connectorObstacle(this.request.getConnector());
		if (obstacle == null) {
			obstacle = requestObstacle(coyote);
		}
		return (obstacle != null) ? obstacle : responseObstacle(coyote.getResponse());
	}

	/**
	 * If the objects that the application sees as requests are used again, one that is
	 * asked later than it may be would answer for another client.
	 */
	private static @Nullable String connectorObstacle(Connector connector) {
		if (!(connector.getProtocolHandler() instanceof Http11NioProtocol http)) {
			return "the connector has another protocol than HTTP on NIO";
		}
		if (http.isSSLEnabled()) {
			return "the connection is encrypted";
		}
		return connector.getDiscardFacades() ? null : "the connector uses requests again";
	}

	private @Nullable String requestObstacle(org.apache.coyote.Request coyote) {
		if (!"HTTP/1.1".equals(coyote.protocol().toString())) {
			return "the request is not of HTTP/1.1";
		}
		if (coyote.getHeader("Upgrade") != null) {
			return "the request asks for another protocol";
		}
		if (this.request.getDispatcherType() != DispatcherType.REQUEST || this.request.isAsync()) {
			return "the request is not handled for the first time";
		}
		return isRead(coyote) ? null : "the client has sent more than the request";
	}

	/**
	 * Tomcat would wait for the rest of a body, and has little room for what comes behind
	 * it.
	 */
	private static boolean isRead(org.apache.coyote.Request coyote) {
		AtomicBoolean read = new AtomicBoolean();
		coyote.action(ActionCode.REQUEST_BODY_FULLY_READ, read);
		return read.get() && coyote.getInputBuffer() instanceof Http11InputBuffer buffer
				&& !buffer.getByteBuffer().hasRemaining();
	}

	private static @Nullable String responseObstacle(Response response) {
		if (response.getStatus() != 200) {
			return "the response has another status than 200";
		}
		if (!response.isCommitted()) {
			return null;
		}
		MimeHeaders headers = response.getMimeHeaders();
		if (headers.getHeader("Content-Encoding") != null) {
			return "the response is compressed";
		}
		return (headers.getHeader("Transfer-Encoding") != null || headers.getHeader("Content-Length") != null)
				? "the response does not end with the connection" : null;
	}

	@Override
	public ClientSocket handOver(SocketListener listener) {
		TomcatSocket socket = new TomcatSocket(listener,
				(Http11NioProtocol) this.request.getConnector().getProtocolHandler());
		this.request.getCoyoteRequest().action(ActionCode.UPGRADE, new UpgradeToken(socket, null, null, null));
		return socket;
	}

}
