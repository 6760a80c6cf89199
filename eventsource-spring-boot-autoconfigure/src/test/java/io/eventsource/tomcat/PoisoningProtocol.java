package io.eventsource.tomcat;

/**
 * Tomcat's protocol with buffers that are poisoned when they are dropped.
 */
public final class PoisoningProtocol extends LeanHttp11NioProtocol {

	public PoisoningProtocol() {
		super(new LeanNioEndpoint() {

			@Override
			LeanBuffers buffers(int readSize, int writeSize, boolean direct) {
				return new PoisonedBuffers(readSize, writeSize, direct);
			}

		});
	}

}
