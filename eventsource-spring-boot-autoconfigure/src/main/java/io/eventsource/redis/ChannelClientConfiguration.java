package io.eventsource.redis;

import java.time.Duration;
import java.util.Optional;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.ReadFrom;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SslVerifyMode;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.resource.ClientResources;

import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.RedisCredentialsProviderFactory;

/**
 * What the application has configured, but for what Lettuce does with commands while
 * there is no connection: they fail at once and are never sent later, and what was under
 * way when a connection broke is not sent again.
 *
 * @param source what the application has configured
 * @param timeout how long a command may take, and a connection to be made
 */
record ChannelClientConfiguration(LettuceClientConfiguration source,
		Duration timeout) implements LettuceClientConfiguration {

	@Override
	public Optional<ClientOptions> getClientOptions() {
		ClientOptions options = this.source.getClientOptions().orElseGet(ClientOptions::create);
		SocketOptions socket = options.getSocketOptions();
		if (socket.getConnectTimeout().compareTo(this.timeout) > 0) {
			socket = socket.mutate().connectTimeout(this.timeout).build();
		}
		return Optional.of(options.mutate()
			.autoReconnect(false)
			.disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
			.socketOptions(socket)
			.timeoutOptions(TimeoutOptions.enabled())
			.build());
	}

	/** What another instance has published may not be on a replica yet. */
	@Override
	public Optional<ReadFrom> getReadFrom() {
		return Optional.empty();
	}

	@Override
	public Duration getCommandTimeout() {
		return this.timeout;
	}

	@Override
	public boolean isUseSsl() {
		return this.source.isUseSsl();
	}

	@Override
	public boolean isVerifyPeer() {
		return this.source.isVerifyPeer();
	}

	@Override
	public SslVerifyMode getVerifyMode() {
		return this.source.getVerifyMode();
	}

	@Override
	public boolean isStartTls() {
		return this.source.isStartTls();
	}

	@Override
	public Optional<ClientResources> getClientResources() {
		return this.source.getClientResources();
	}

	@Override
	public Optional<String> getClientName() {
		return this.source.getClientName();
	}

	@Override
	public Optional<RedisCredentialsProviderFactory> getRedisCredentialsProviderFactory() {
		return this.source.getRedisCredentialsProviderFactory();
	}

	@Override
	public Duration getShutdownTimeout() {
		return this.source.getShutdownTimeout();
	}

	@Override
	public Duration getShutdownQuietPeriod() {
		return this.source.getShutdownQuietPeriod();
	}

}
