package io.eventsource.redis;

import java.time.Duration;
import java.util.Optional;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.ReadFrom;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SslVerifyMode;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.resource.ClientResources;

import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.RedisCredentialsProviderFactory;

/**
 * The application's configuration of Lettuce, except that commands fail at once while
 * there is no connection, that no command is sent again after a connection was lost, and
 * that another node of a cluster is found within seconds after one has failed.
 *
 * @param source the configuration of the application
 * @param cluster whether Redis is a cluster
 * @param timeout the time that a command, or opening a connection, may take
 */
record ChannelClientConfiguration(LettuceClientConfiguration source, boolean cluster,
		Duration timeout) implements LettuceClientConfiguration {

	/** How often the client looks which node has which part of a cluster. */
	private static final Duration REFRESH = Duration.ofSeconds(2);

	@Override
	public Optional<ClientOptions> getClientOptions() {
		ClientOptions options = this.source.getClientOptions().orElseGet(ClientOptions::create);
		SocketOptions socket = options.getSocketOptions();
		if (socket.getConnectTimeout().compareTo(this.timeout) > 0) {
			socket = socket.mutate().connectTimeout(this.timeout).build();
		}
		ClientOptions.Builder builder = this.cluster ? clusterOptions(options) : options.mutate();
		return Optional.of(builder.autoReconnect(false)
			.disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
			.socketOptions(socket)
			.timeoutOptions(TimeoutOptions.enabled())
			.build());
	}

	/** Without these, the death of a node is not noticed until it comes back. */
	private static ClusterClientOptions.Builder clusterOptions(ClientOptions options) {
		ClusterClientOptions.Builder builder = ClusterClientOptions.builder(options);
		if (options instanceof ClusterClientOptions cluster) {
			builder = cluster.mutate();
		}
		return builder.topologyRefreshOptions(ClusterTopologyRefreshOptions.builder()
			.enablePeriodicRefresh(REFRESH)
			.enableAllAdaptiveRefreshTriggers()
			.adaptiveRefreshTriggersTimeout(REFRESH)
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
