package io.eventsource.tomcat;

import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.NioEndpoint;
import org.apache.tomcat.util.net.SocketBufferHandler;
import org.apache.tomcat.util.net.SocketProperties;

/**
 * Gives sockets without TLS buffers that are made when they are used.
 */
class LeanNioEndpoint extends NioEndpoint {

	@Override
	protected NioChannel createChannel(SocketBufferHandler buffer) {
		if (isSSLEnabled()) {
			return super.createChannel(buffer);
		}
		SocketProperties settings = getSocketProperties();
		return super.createChannel(
				buffers(settings.getAppReadBufSize(), settings.getAppWriteBufSize(), settings.getDirectBuffer()));
	}

	/**
	 * Creates the buffers of one socket.
	 */
	LeanBuffers buffers(int readSize, int writeSize, boolean direct) {
		return new LeanBuffers(readSize, writeSize, direct);
	}

}
