package io.eventsource.redis;

import java.util.Arrays;

import javax.net.ssl.SSLException;

import io.lettuce.core.RedisException;
import org.jspecify.annotations.Nullable;

/**
 * What keeps Redis from doing what it was asked for, and what helps, by the failure that
 * Lettuce has thrown.
 */
enum RedisProblem {

	/** The user or the password is wrong. */
	CREDENTIALS("Redis does not accept the user or the password; set spring.data.redis.username and "
			+ "spring.data.redis.password", "WRONGPASS", "NOAUTH", "AUTH ", "ERR AUTH", "ERR invalid password"),

	/** The user lacks a right. */
	RIGHT("the user of spring.data.redis.username lacks a right in Redis; grant it by ACL SETUSER, as the page on "
			+ "more than one instance says for channels (scaling.md)", "NOPERM", "ERR The user executing the script"),

	/** The memory of Redis is full. */
	MEMORY("the memory of Redis is full; raise maxmemory, or keep fewer events by "
			+ "eventsource.channels.redis.max-length and retention", "OOM"),

	/** The certificate of Redis is not trusted, or it does not speak TLS. */
	TLS("no connection by TLS can be made; add the certificate of Redis or its authority to the truststore of the "
			+ "bundle that spring.data.redis.ssl.bundle names, and check that Redis speaks TLS at this port"),

	/** Any other problem, such as a network that has failed. */
	OTHER("");

	private final String remedy;

	private final String[] beginnings;

	RedisProblem(String remedy, String... beginnings) {
		this.remedy = remedy;
		this.beginnings = beginnings;
	}

	/**
	 * Returns what the problem is.
	 */
	static RedisProblem of(Throwable failure) {
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			if (cause instanceof SSLException) {
				return TLS;
			}
			String message = String.valueOf(cause.getMessage());
			for (RedisProblem problem : values()) {
				if (cause instanceof RedisException
						&& Arrays.stream(problem.beginnings).anyMatch(message::startsWith)) {
					return problem;
				}
			}
		}
		return OTHER;
	}

	/**
	 * Describes a failure: what Redis or the network has said, and what helps.
	 */
	static String describe(Throwable failure) {
		String message = said(failure);
		String remedy = of(failure).remedy;
		return remedy.isEmpty() ? message : remedy + " (" + message + ")";
	}

	/** The first cause says most, and the failure which connection it was. */
	private static String said(Throwable failure) {
		Throwable first = failure;
		while (first.getCause() != null && first.getCause() != first) {
			first = first.getCause();
		}
		String message = text(failure);
		String cause = text(first);
		return (first == failure || message.contains(cause)) ? message : message + ": " + cause;
	}

	private static String text(Throwable failure) {
		@Nullable String message = failure.getMessage();
		return (message != null) ? message : failure.toString();
	}

}
