package io.eventsource.clients;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import io.eventsource.EventChannel;
import jakarta.servlet.http.HttpSession;
import jakarta.servlet.http.HttpSessionEvent;
import jakarta.servlet.http.HttpSessionListener;

import org.springframework.boot.web.servlet.ServletListenerRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * An application with a page, a user and a stream, which remembers the sessions.
 */
@Configuration(proxyBeanMethods = false)
@RestController
public class SessionApplication {

	private final Queue<HttpSession> sessions = new ConcurrentLinkedQueue<>();

	@Bean
	static EventChannel messages() {
		return EventChannel.create();
	}

	@Bean
	static UserDetailsService users() {
		return new InMemoryUserDetailsManager(User.withUsername("alice").password("{noop}alice").roles("USER").build());
	}

	@Bean
	ServletListenerRegistrationBean<HttpSessionListener> listener() {
		return new ServletListenerRegistrationBean<>(new HttpSessionListener() {

			@Override
			public void sessionCreated(HttpSessionEvent event) {
				SessionApplication.this.sessions.add(event.getSession());
			}

		});
	}

	Queue<HttpSession> sessions() {
		return this.sessions;
	}

	@GetMapping(path = "/", produces = "text/html")
	String page() {
		return "<!doctype html><title>Page</title><link rel=\"icon\" href=\"data:,\">";
	}

}
