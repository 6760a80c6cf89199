package io.eventsource.web;

import java.io.IOException;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;

import org.springframework.web.filter.GenericFilterBean;

/**
 * Wraps the response in one that knows nothing of non-blocking output, as home-made
 * filters do.
 */
class BlockingFilter extends GenericFilterBean {

	private final boolean silent;

	BlockingFilter(boolean silent) {
		this.silent = silent;
	}

	@Override
	public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
			throws IOException, ServletException {
		chain.doFilter(request, new HttpServletResponseWrapper((HttpServletResponse) response) {

			@Override
			public ServletOutputStream getOutputStream() throws IOException {
				return new BlockingOutputStream(super.getOutputStream(), BlockingFilter.this.silent);
			}

		});
	}

	private static final class BlockingOutputStream extends ServletOutputStream {

		private final ServletOutputStream target;

		private final boolean silent;

		BlockingOutputStream(ServletOutputStream target, boolean silent) {
			this.target = target;
			this.silent = silent;
		}

		@Override
		public boolean isReady() {
			return true;
		}

		@Override
		public void setWriteListener(WriteListener listener) {
			if (!this.silent) {
				throw new UnsupportedOperationException();
			}
		}

		@Override
		public void write(int b) throws IOException {
			this.target.write(b);
		}

		@Override
		public void write(byte[] bytes, int offset, int length) throws IOException {
			this.target.write(bytes, offset, length);
		}

		@Override
		public void flush() throws IOException {
			this.target.flush();
		}

	}

}
