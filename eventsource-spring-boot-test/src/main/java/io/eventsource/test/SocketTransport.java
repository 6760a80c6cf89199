package io.eventsource.test;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;
import org.springframework.util.StringUtils;

/**
 * Sends requests over HTTP/1.1, each on a connection of its own.
 */
final class SocketTransport implements Transport {

	/** So small that a server soon notices that nobody reads. */
	private static final int SMALL_RECEIVE_BUFFER = 4096;

	private static final String HTTPS = "https";

	private final Supplier<URI> baseUri;

	private final @Nullable SSLContext sslContext;

	/**
	 * Sends requests to a server.
	 * @param baseUri what comes before the path, asked for each request
	 * @param sslContext for {@code https}, or {@code null} for the JVM's own
	 */
	SocketTransport(Supplier<URI> baseUri, @Nullable SSLContext sslContext) {
		this.baseUri = baseUri;
		this.sslContext = sslContext;
	}

	@Override
	public Exchange exchange(EventStreamRequest request) throws IOException {
		if (!request.processors().isEmpty()) {
			throw new UnsupportedOperationException(
					"Over HTTP there is no mock request to change, neither by with(...) "
							+ "nor by principal(...). Authenticate by a header, for example by basicAuth(...)");
		}
		URI base = this.baseUri.get();
		Socket socket = connect(base, request);
		try {
			socket.setSoTimeout((int) Math.min(request.timeout().toMillis(), Integer.MAX_VALUE));
			socket.getOutputStream().write(head(base, request).getBytes(StandardCharsets.UTF_8));
			socket.getOutputStream().flush();
			SocketExchange exchange = SocketExchange.begin(socket);
			socket.setSoTimeout(0);
			return exchange;
		}
		catch (IOException | RuntimeException ex) {
			socket.close();
			throw ex;
		}
	}

	private Socket connect(URI base, EventStreamRequest request) throws IOException {
		boolean secure = HTTPS.equalsIgnoreCase(base.getScheme());
		int port = (base.getPort() >= 0) ? base.getPort() : secure ? 443 : 80;
		Socket socket = new Socket();
		try {
			if (request.plan().needsBackPressure()) {
				socket.setReceiveBufferSize(SMALL_RECEIVE_BUFFER);
			}
			socket.setTcpNoDelay(true);
			socket.connect(new InetSocketAddress(base.getHost(), port), (int) request.timeout().toMillis());
			return secure ? secure(socket, base.getHost(), port) : socket;
		}
		catch (IOException ex) {
			socket.close();
			throw ex;
		}
	}

	private Socket secure(Socket socket, String host, int port) throws IOException {
		SSLContext context = (this.sslContext != null) ? this.sslContext : defaultContext();
		SSLSocket secure = (SSLSocket) context.getSocketFactory().createSocket(socket, host, port, true);
		SSLParameters parameters = secure.getSSLParameters();
		parameters.setEndpointIdentificationAlgorithm("HTTPS");
		secure.setSSLParameters(parameters);
		return secure;
	}

	private static SSLContext defaultContext() throws IOException {
		try {
			return SSLContext.getDefault();
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IOException(ex);
		}
	}

	private static String head(URI base, EventStreamRequest request) {
		String context = StringUtils.trimTrailingCharacter((base.getRawPath() != null) ? base.getRawPath() : "", '/');
		StringBuilder head = new StringBuilder("GET ").append(line(context + request.uri())).append(" HTTP/1.1\r\n");
		if (!request.headers().containsHeader("Host")) {
			head.append("Host: ").append(base.getRawAuthority()).append("\r\n");
		}
		for (Map.Entry<String, List<String>> header : request.headers().headerSet()) {
			for (String value : header.getValue()) {
				head.append(line(header.getKey())).append(": ").append(line(value)).append("\r\n");
			}
		}
		return head.append("\r\n").toString();
	}

	private static String line(String text) {
		Assert.isTrue(text.indexOf('\r') < 0 && text.indexOf('\n') < 0,
				() -> "A request line or header cannot contain a line break: " + text);
		return text;
	}

}
