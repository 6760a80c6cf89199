package io.eventsource.web;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

import org.jspecify.annotations.Nullable;

/**
 * One connection of HTTP/2 on a bare socket, which reads only when it is told to, and
 * opens its windows only when it is told to.
 */
final class RawHttp2 implements AutoCloseable {

	static final int DATA = 0;

	static final int HEADERS = 1;

	static final int RST_STREAM = 3;

	static final int SETTINGS = 4;

	static final int PING = 6;

	static final int GOAWAY = 7;

	static final int WINDOW_UPDATE = 8;

	private static final int PRIORITY_UPDATE = 16;

	private static final int END_STREAM = 1;

	private static final int END_HEADERS = 4;

	private static final int ACK = 1;

	private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

	private final Socket socket;

	private final DataInputStream input;

	private final OutputStream output;

	private int nextStream = 1;

	private boolean gzip;

	private RawHttp2(Socket socket, int window) throws IOException {
		this.socket = socket;
		this.socket.setSoTimeout(10_000);
		this.input = new DataInputStream(socket.getInputStream());
		this.output = socket.getOutputStream();
		this.output.write(PREFACE);
		// SETTINGS_INITIAL_WINDOW_SIZE
		send(SETTINGS, 0, 0, ByteBuffer.allocate(6).putShort((short) 4).putInt(window).array());
	}

	/**
	 * Opens a connection, by prior knowledge or, with TLS, by ALPN.
	 * @param window the bytes that the server may send on each stream; on the connection
	 * it may send 65,535 at first
	 * @param receiveBuffer the buffer of the socket, small where nobody is to read
	 */
	static RawHttp2 connect(int port, boolean tls, int window, int receiveBuffer) throws IOException {
		Socket plain = new Socket();
		plain.setReceiveBufferSize(receiveBuffer);
		plain.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 5000);
		return new RawHttp2(tls ? secure(plain, port, "h2") : plain, window);
	}

	/**
	 * Puts TLS on a connection, whoever the server is.
	 */
	static SSLSocket secure(Socket plain, int port, String protocol) throws IOException {
		try {
			SSLContext context = SSLContext.getInstance("TLS");
			context.init(null, new TrustManager[] { new Anybody() }, null);
			SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(plain, "localhost", port, true);
			SSLParameters parameters = socket.getSSLParameters();
			parameters.setApplicationProtocols(new String[] { protocol });
			socket.setSSLParameters(parameters);
			socket.startHandshake();
			if (!socket.getApplicationProtocol().equals(protocol) && protocol.equals("h2")) {
				throw new IOException("The server speaks '" + socket.getApplicationProtocol() + "'");
			}
			return socket;
		}
		catch (GeneralSecurityException ex) {
			throw new IOException(ex);
		}
	}

	/**
	 * Wants what is compressed, from the next request on.
	 */
	RawHttp2 gzip() {
		this.gzip = true;
		return this;
	}

	/**
	 * Sends a request without a body.
	 * @return the stream
	 */
	int get(String path) throws IOException {
		return request("GET", path, true);
	}

	/**
	 * Sends the headers of a request.
	 * @return the stream
	 */
	int request(String method, String path, boolean complete) throws IOException {
		int stream = this.nextStream;
		this.nextStream += 2;
		ByteArrayOutputStream block = new ByteArrayOutputStream();
		header(block, ":method", method);
		header(block, ":scheme", (this.socket instanceof SSLSocket) ? "https" : "http");
		header(block, ":authority", "localhost");
		header(block, ":path", path);
		header(block, "accept", "*/*");
		if (this.gzip) {
			header(block, "accept-encoding", "gzip");
		}
		send(HEADERS, END_HEADERS | (complete ? END_STREAM : 0), stream, block.toByteArray());
		return stream;
	}

	/** Literal, not indexed, not compressed. */
	private static void header(ByteArrayOutputStream block, String name, String value) {
		block.write(0);
		for (String text : new String[] { name, value }) {
			block.write(text.length());
			block.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
		}
	}

	/**
	 * Lets the server send more bytes.
	 * @param stream the stream, or 0 for the connection
	 */
	void window(int stream, int bytes) throws IOException {
		send(WINDOW_UPDATE, 0, stream, ByteBuffer.allocate(4).putInt(bytes).array());
	}

	/**
	 * Takes a request back.
	 */
	void reset(int stream) throws IOException {
		// CANCEL
		send(RST_STREAM, 0, stream, ByteBuffer.allocate(4).putInt(8).array());
	}

	/**
	 * Says how urgent a stream is, as browsers do.
	 */
	void prioritize(int stream) throws IOException {
		send(PRIORITY_UPDATE, 0, 0,
				ByteBuffer.allocate(7).putInt(stream).put("u=1".getBytes(StandardCharsets.US_ASCII)).array());
	}

	private void send(int type, int flags, int stream, byte[] payload) throws IOException {
		this.output.write(ByteBuffer.allocate(9 + payload.length)
			.putInt(payload.length << 8 | type)
			.put((byte) flags)
			.putInt(stream)
			.put(payload)
			.array());
		this.output.flush();
	}

	/**
	 * Reads the next frame, and answers what has to be answered.
	 * @return the frame, or {@code null} at the end of the connection
	 */
	@Nullable Frame read() throws IOException {
		byte[] head = new byte[9];
		try {
			this.input.readFully(head);
		}
		catch (EOFException ex) {
			return null;
		}
		ByteBuffer fields = ByteBuffer.wrap(head);
		int lengthAndType = fields.getInt();
		byte[] payload = new byte[lengthAndType >>> 8];
		int flags = fields.get();
		int stream = fields.getInt();
		this.input.readFully(payload);
		Frame frame = new Frame(lengthAndType & 0xff, flags, stream, payload);
		if (frame.type == SETTINGS && flags != ACK) {
			send(SETTINGS, ACK, 0, new byte[0]);
		}
		else if (frame.type == PING && flags != ACK) {
			send(PING, ACK, 0, payload);
		}
		return frame;
	}

	/**
	 * Reads until a stream has sent a text.
	 * @return all that it has sent meanwhile
	 */
	String readUntil(int stream, String text) throws IOException {
		StringBuilder read = new StringBuilder();
		while (read.indexOf(text) < 0) {
			Frame frame = read();
			if (frame == null || frame.ends(stream)) {
				throw new IOException("The stream ended after: " + read);
			}
			if (frame.type == DATA && frame.stream == stream) {
				read.append(new String(frame.payload, StandardCharsets.UTF_8));
			}
		}
		return read.toString();
	}

	/**
	 * Reads until a stream ends.
	 * @return the frame that ends it: with the last data, or a reset
	 */
	Frame readEnd(int stream) throws IOException {
		Frame frame = read();
		while (frame != null && !frame.ends(stream)) {
			frame = read();
		}
		if (frame == null) {
			throw new EOFException("The connection ended before stream " + stream);
		}
		return frame;
	}

	/**
	 * Reads until a stream has ended as it should.
	 * @return all that it has sent meanwhile
	 */
	String readToEnd(int stream) throws IOException {
		StringBuilder read = new StringBuilder();
		while (true) {
			Frame frame = read();
			if (frame == null || frame.type == RST_STREAM || frame.type == GOAWAY) {
				throw new IOException("The stream was cut off after: " + read);
			}
			if (frame.type == DATA && frame.stream == stream) {
				read.append(new String(frame.payload, StandardCharsets.UTF_8));
			}
			if (frame.ends(stream)) {
				return read.toString();
			}
		}
	}

	@Override
	public void close() throws IOException {
		this.socket.close();
	}

	/**
	 * A frame.
	 */
	record Frame(int type, int flags, int stream, byte[] payload) {

		/**
		 * Whether the client of a stream learns from this frame that it has ended.
		 */
		boolean ends(int id) {
			return this.type == GOAWAY || this.stream == id
					&& (this.type == RST_STREAM || ((this.type == DATA || this.type == HEADERS) && isLast()));
		}

		private boolean isLast() {
			return (this.flags & END_STREAM) != 0;
		}

	}

	/**
	 * Trusts every server.
	 */
	private static final class Anybody implements X509TrustManager {

		@Override
		public void checkClientTrusted(X509Certificate[] chain, String authType) {
		}

		@Override
		public void checkServerTrusted(X509Certificate[] chain, String authType) {
		}

		@Override
		public X509Certificate[] getAcceptedIssuers() {
			return new X509Certificate[0];
		}

	}

}
