package io.eventsource.web;

import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

import io.eventsource.CloseReason;
import io.eventsource.EventClient;
import io.eventsource.RefusalReason;
import io.eventsource.StreamListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;
import org.springframework.web.servlet.AsyncHandlerInterceptor;
import org.springframework.web.servlet.ModelAndView;

/**
 * Does something once at a step of the opening of a stream.
 */
class OpeningHooks implements StreamListener, StreamAdmission, AsyncHandlerInterceptor {

	final Map<Moment, Task> tasks = new ConcurrentHashMap<>();

	final Map<RefusalReason, Integer> refused = new ConcurrentHashMap<>();

	final AtomicBoolean allowed = new AtomicBoolean(true);

	volatile CountDownLatch ran = new CountDownLatch(1);

	volatile @Nullable Exception failure;

	volatile Consumer<EventClient> onClosed = (client) -> {
	};

	volatile long waited;

	void on(Moment moment, Task task) {
		this.ran = new CountDownLatch(1);
		this.tasks.put(moment, task);
	}

	private void at(Moment moment, HttpServletRequest request) {
		Task task = (request.getHeader("User") != null) ? this.tasks.remove(moment) : null;
		if (task != null) {
			try {
				task.run(request);
			}
			catch (Exception ex) {
				this.failure = ex;
			}
			this.ran.countDown();
		}
	}

	@Override
	public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
		at(Moment.BEFORE, request);
		return true;
	}

	@Override
	public Admission admit(EventClient client, HttpServletRequest request) {
		boolean now = this.allowed.get();
		String lasts = request.getHeader("Lasts");
		Instant end = (lasts != null) ? Instant.now().plusMillis(Long.parseLong(lasts)) : null;
		request.setAttribute("end", end);
		at(Moment.ADMISSION, request);
		return now ? Admission.accept().until(end) : Admission.forbidden();
	}

	@Override
	public void clientOpened(EventClient client) {
		at(Moment.PLACE, ((ServletRequestAttributes) RequestContextHolder.currentRequestAttributes()).getRequest());
	}

	@Override
	public void clientClosed(EventClient client, CloseReason reason) {
		this.onClosed.accept(client);
	}

	@Override
	public void clientRefused(String stream, RefusalReason reason) {
		this.refused.merge(reason, 1, Integer::sum);
	}

	/**
	 * If the request ends when its stream has begun; else, nothing is left to be done.
	 */
	@Override
	public void postHandle(HttpServletRequest request, HttpServletResponse response, Object handler,
			@Nullable ModelAndView modelAndView) {
		at(Moment.STARTED, request);
	}

	@Override
	public void afterConcurrentHandlingStarted(HttpServletRequest request, HttpServletResponse response,
			Object handler) {
		at(Moment.STARTED, request);
	}

	interface Task {

		void run(HttpServletRequest request) throws Exception;

	}

	/**
	 * When something is revoked.
	 */
	enum Moment {

		/** The user is known, the endpoint is not. */
		BEFORE,

		/** Those who decide are being asked. */
		ADMISSION,

		/** The client has its place, and nothing was sent. */
		PLACE,

		/** The response has begun. */
		STARTED

	}

}
