package io.eventsource.test;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import org.jspecify.annotations.Nullable;

import org.springframework.mock.web.MockAsyncContext;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.test.web.servlet.MvcResult;

/**
 * A mock response to which others may still write.
 */
final class MockExchange implements Exchange {

	/** A mock response tells nobody that something was written. */
	private static final long LOOK_AGAIN_NANOS = 5_000_000;

	private final MockHttpServletRequest request;

	private final MockHttpServletResponse response;

	private final @Nullable MockAsyncContext async;

	private final AtomicBoolean dispatched = new AtomicBoolean();

	private final AtomicBoolean closed = new AtomicBoolean();

	private int position;

	MockExchange(MvcResult result) {
		this.request = result.getRequest();
		this.response = result.getResponse();
		this.async = this.request.isAsyncStarted() ? (MockAsyncContext) this.request.getAsyncContext() : null;
		if (this.async != null) {
			this.async.addDispatchHandler(() -> this.dispatched.set(true));
		}
	}

	@Override
	public int status() {
		return this.response.getStatus();
	}

	@Override
	public List<String> header(String name) {
		return List.copyOf(this.response.getHeaders(name));
	}

	@Override
	public int read(byte[] buffer) throws IOException {
		while (!this.closed.get()) {
			boolean ended = this.dispatched.get() || !this.request.isAsyncStarted();
			byte[] content = this.response.getContentAsByteArray();
			int count = Math.min(content.length - this.position, buffer.length);
			if (count > 0) {
				System.arraycopy(content, this.position, buffer, 0, count);
				this.position += count;
				return count;
			}
			if (ended) {
				return -1;
			}
			LockSupport.parkNanos(this, LOOK_AGAIN_NANOS);
		}
		throw new IOException("The client has left");
	}

	@Override
	public boolean hasBackPressure() {
		return false;
	}

	@Override
	public void close() {
		if (!this.closed.compareAndSet(false, true) || this.async == null || this.dispatched.get()
				|| !this.request.isAsyncStarted()) {
			return;
		}
		AsyncEvent event = new AsyncEvent(this.async, this.request, this.response,
				new IOException("The client has left"));
		for (AsyncListener listener : List.copyOf(this.async.getListeners())) {
			tell(listener, event);
		}
	}

	private static void tell(AsyncListener listener, AsyncEvent event) {
		try {
			listener.onError(event);
			listener.onComplete(event);
		}
		catch (IOException ex) {
			// As a container, which goes on with the next listener
		}
	}

}
