package io.eventsource.test;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A response on a connection of its own.
 */
final class SocketExchange implements Exchange {

	private static final int NO_CONTENT = 204;

	private final Socket socket;

	private final int status;

	private final Map<String, List<String>> headers;

	private final InputStream body;

	private SocketExchange(Socket socket, int status, Map<String, List<String>> headers, InputStream body) {
		this.socket = socket;
		this.status = status;
		this.headers = headers;
		this.body = body;
	}

	/** Reads the head of the response. */
	static SocketExchange begin(Socket socket) throws IOException {
		InputStream input = new BufferedInputStream(socket.getInputStream(), 1024);
		String statusLine = line(input);
		String[] parts = statusLine.split(" ", 3);
		if (parts.length < 2 || !parts[0].startsWith("HTTP/1.") || !parts[1].matches("[1-5][0-9]{2}")) {
			throw new IOException("Not a status line of HTTP/1.1: " + statusLine);
		}
		int status = Integer.parseInt(parts[1]);
		Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
		for (String line = line(input); !line.isEmpty(); line = line(input)) {
			int colon = line.indexOf(':');
			if (colon <= 0) {
				throw new IOException("Not a header: " + line);
			}
			headers.computeIfAbsent(line.substring(0, colon), (name) -> new ArrayList<>())
				.add(line.substring(colon + 1).strip());
		}
		return new SocketExchange(socket, status, headers, body(status, headers, input));
	}

	private static InputStream body(int status, Map<String, List<String>> headers, InputStream input) {
		if (status == NO_CONTENT) {
			return InputStream.nullInputStream();
		}
		if (headers.getOrDefault("Transfer-Encoding", List.of()).contains("chunked")) {
			return new ChunkedInputStream(input);
		}
		List<String> length = headers.getOrDefault("Content-Length", List.of());
		return length.isEmpty() ? input : new LimitedInputStream(input, Long.parseLong(length.get(0)));
	}

	/** Without its end. */
	static String line(InputStream input) throws IOException {
		ByteArrayOutputStream line = new ByteArrayOutputStream();
		for (int next = input.read(); next != '\n'; next = input.read()) {
			if (next < 0) {
				throw new EOFException("The connection ended within a line: " + line.toString(StandardCharsets.UTF_8));
			}
			line.write(next);
		}
		String text = line.toString(StandardCharsets.UTF_8);
		return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
	}

	@Override
	public int status() {
		return this.status;
	}

	@Override
	public List<String> header(String name) {
		return this.headers.getOrDefault(name, List.of());
	}

	@Override
	public int read(byte[] buffer) throws IOException {
		return this.body.read(buffer);
	}

	@Override
	public boolean hasBackPressure() {
		return true;
	}

	@Override
	public void close() {
		try {
			this.socket.close();
		}
		catch (IOException ex) {
			// Closed as far as it can be
		}
	}

	/**
	 * A body of a known length.
	 */
	private static final class LimitedInputStream extends BodyInputStream {

		private final InputStream input;

		private long rest;

		LimitedInputStream(InputStream input, long length) {
			this.input = input;
			this.rest = length;
		}

		@Override
		public int read(byte[] target, int offset, int length) throws IOException {
			if (this.rest == 0) {
				return -1;
			}
			int count = this.input.read(target, offset, (int) Math.min(length, this.rest));
			if (count < 0) {
				throw new EOFException(
						"The connection ended %d bytes before the end of the response".formatted(this.rest));
			}
			this.rest -= count;
			return count;
		}

	}

}
