package io.eventsource.test;

import java.io.IOException;
import java.io.InputStream;

/**
 * A body whose end the protocol tells.
 */
abstract class BodyInputStream extends InputStream {

	@Override
	public final int read() throws IOException {
		byte[] next = new byte[1];
		return (read(next, 0, 1) < 0) ? -1 : next[0] & 0xFF;
	}

	@Override
	public abstract int read(byte[] target, int offset, int length) throws IOException;

}
