package io.eventsource.clients;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Keeps the status of each answer.
 */
class Answers extends OncePerRequestFilter {

	private final Map<String, Queue<Integer>> statuses = new ConcurrentHashMap<>();

	@Override
	protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
			throws ServletException, IOException {
		chain.doFilter(request, response);
		this.statuses.computeIfAbsent(request.getRequestURI(), (path) -> new ConcurrentLinkedQueue<>())
			.add(response.getStatus());
	}

	/**
	 * The answers to requests for a stream, in their order.
	 */
	List<Integer> to(String stream) {
		return List.copyOf(this.statuses.getOrDefault("/events/" + stream, new ConcurrentLinkedQueue<>()));
	}

}
