package io.eventsource.clients;

import java.net.URI;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

import com.launchdarkly.eventsource.ConnectStrategy;
import com.launchdarkly.eventsource.ErrorStrategy;
import com.launchdarkly.eventsource.EventSource;
import com.launchdarkly.eventsource.HttpConnectStrategy;
import com.launchdarkly.eventsource.MessageEvent;
import com.launchdarkly.eventsource.StartedEvent;
import com.launchdarkly.eventsource.StreamEvent;
import com.launchdarkly.eventsource.StreamException;
import com.launchdarkly.eventsource.StreamHttpErrorException;
import okhttp3.Interceptor;
import okhttp3.Response;

/**
 * LaunchDarkly's okhttp-eventsource, which resumes by itself once told to, but knows
 * nothing of 204.
 */
final class OkHttpEventSourceClient implements Client {

	private final Recorder seen = new Recorder();

	private final EventSource source;

	OkHttpEventSourceClient(URI uri) {
		HttpConnectStrategy connection = ConnectStrategy.http(uri)
			.readTimeout(1, TimeUnit.MINUTES) // 5 s by default: shorter than a heartbeat
			.clientBuilderActions((http) -> http.addInterceptor(refusing204()));
		this.source = new EventSource.Builder(connection).errorStrategy(untilRefused()).build();
		Thread thread = new Thread(this::read, "okhttp-eventsource");
		thread.setDaemon(true);
		thread.start();
	}

	/** Without this it would come back after 204 for ever. */
	private static Interceptor refusing204() {
		return (chain) -> {
			Response response = chain.proceed(chain.request());
			return (response.code() == 204) ? response.newBuilder().code(410).build() : response;
		};
	}

	/** Without this it would end with the first connection. */
	private static ErrorStrategy untilRefused() {
		return new ErrorStrategy() {

			@Override
			public Result apply(StreamException failure) {
				boolean refused = failure instanceof StreamHttpErrorException answer && answer.getCode() == 410;
				return new Result(refused ? Action.THROW : Action.CONTINUE, null);
			}

		};
	}

	private void read() {
		try {
			while (true) {
				StreamEvent event = this.source.readAnyEvent();
				if (event instanceof StartedEvent) {
					this.seen.opened();
				}
				else if (event instanceof MessageEvent message) {
					this.seen.event(message.getEventName(), message.getData(),
							Objects.requireNonNullElse(this.source.getLastEventId(), ""));
				}
			}
		}
		catch (StreamException ex) {
			this.seen.stopped();
		}
	}

	@Override
	public Seen seen() {
		return this.seen.seen();
	}

	@Override
	public void close() {
		this.source.close();
	}

}
