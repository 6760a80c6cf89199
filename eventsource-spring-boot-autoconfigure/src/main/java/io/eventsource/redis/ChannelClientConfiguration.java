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
 * The application's configuration of Lettuce, except that commands fail at once while
 * there is no connection, and that no command is sent again after a connection was lost.
 *
 * @param source the configuration of the application
 * @param timeout the time that a command, or opening a connection, may take
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

	/** A replica may lack what another instance has just published. */
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
