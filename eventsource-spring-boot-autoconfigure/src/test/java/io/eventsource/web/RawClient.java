package io.eventsource.web;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;

import io.eventsource.Patience;

/**
 * A client on a bare socket, which reads only when it is told to.
 */
final class RawClient implements AutoCloseable {

	private final Socket socket = new Socket();

	private final InputStream input;

	private RawClient(int port, int receiveBuffer, String request) throws IOException {
		this.socket.setReceiveBufferSize(receiveBuffer);
		this.socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
				(int) Patience.LIMIT.toMillis());
		this.socket.setSoTimeout((int) Patience.LIMIT.toMillis());
		this.socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
		this.socket.getOutputStream().flush();
		this.input = new BufferedInputStream(this.socket.getInputStream());
	}

	/**
	 * Sends a request with a receive buffer so small that the server soon notices that
	 * nobody reads.
	 */
	static RawClient stalled(int port, String path) throws IOException {
		return new RawClient(port, 4096, "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
	}

	static RawClient send(int port, String request) throws IOException {
		return new RawClient(port, 65536, request);
	}

	/**
	 * Sends a request from an address of its own of this machine.
	 */
	static Socket from(String address, URI uri) throws IOException {
		Socket socket = new Socket();
		socket.bind(new InetSocketAddress(address, 0));
		socket.connect(new InetSocketAddress(uri.getHost(), uri.getPort()), (int) Patience.LIMIT.toMillis());
		socket.getOutputStream()
			.write("GET %s HTTP/1.1\r\nHost: %s\r\n\r\n".formatted(uri.getPath(), uri.getAuthority())
				.getBytes(StandardCharsets.ISO_8859_1));
		return socket;
	}

	/**
	 * Reads until the text has come, and returns all that was read.
	 */
	String readUntil(String text) throws IOException {
		StringBuilder read = new StringBuilder();
		while (read.length() < text.length() || read.indexOf(text, read.length() - text.length()) < 0) {
			int b = this.input.read();
			if (b < 0) {
				throw new IOException("The connection ended after: " + read);
			}
			read.append((char) b);
		}
		return read.toString();
	}

	/**
	 * Reads until the connection ends, in whatever way, and returns all that was read.
	 */
	String readToEnd() {
		StringBuilder read = new StringBuilder();
		try {
			for (int b = this.input.read(); b >= 0; b = this.input.read()) {
				read.append((char) b);
				if (read.indexOf("\r\n0\r\n\r\n", Math.max(0, read.length() - 7)) >= 0) {
					return read.toString();
				}
			}
		}
		catch (IOException ex) {
			// Cut off
		}
		return read.toString();
	}

	/**
	 * Reads a number of bytes, whatever they are.
	 */
	void read(int count) throws IOException {
		if (this.input.readNBytes(count).length < count) {
			throw new IOException("The connection ended");
		}
	}

	@Override
	public void close() throws IOException {
		this.socket.close();
	}

}
