package io.eventsource.engine;

import java.security.Principal;
import java.time.Duration;

import io.eventsource.EventClient;
import io.eventsource.Patience;
import io.eventsource.RefusalReason;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Places are given back as they were taken.
 */
class ConnectionsTests {

	private final Connections connections = new Connections(new ConnectionLimits(3, 2));

	@Test
	void userWhoIsRenamedMeanwhileLeavesNothingBehind() throws Exception {
		for (int i = 0; i < 10; i++) {
			Renamed user = new Renamed("alice");
			Connections.Place first = this.connections.enter(client(user));
			Connections.Place second = this.connections.enter(client(user));
			assertThat(first.refusal()).isNull();
			assertThat(second.refusal()).isNull();
			assertThat(this.connections.enter(client(new Renamed("alice"))).refusal())
				.isEqualTo(RefusalReason.MAX_CONNECTIONS_PER_CLIENT);
			user.name = "bob";
			first.leave();
			user.name = null;
			second.leave();
		}
		Connections.Place bob = this.connections.enter(client(new Renamed("bob")));
		assertThat(bob.refusal()).isNull();
		bob.leave();
		this.connections.awaitNone(Patience.LIMIT);
	}

	@Test
	void userWithoutANameThatCanBeReadTakesNoPlace() {
		for (int i = 0; i < 10; i++) {
			assertThatIllegalStateException().isThrownBy(() -> this.connections.enter(client(() -> {
				throw new IllegalStateException("no name");
			})));
		}
		assertThat(this.connections.enter(client(() -> "alice")).refusal()).isNull();
	}

	@Test
	void placeIsGivenBackOnce() {
		Connections.Place place = this.connections.enter(client(() -> "alice"));
		Connections.Place other = this.connections.enter(client(() -> "alice"));
		place.leave();
		place.leave();
		assertThat(this.connections.enter(client(() -> "alice")).refusal()).isNull();
		assertThat(this.connections.enter(client(() -> "alice")).refusal())
			.isEqualTo(RefusalReason.MAX_CONNECTIONS_PER_CLIENT);
		assertThat(other.refusal()).isNull();
	}

	@Test
	void clientsThatWereRefusedAreNotWaitedFor() throws Exception {
		Connections full = new Connections(new ConnectionLimits(0, 1));
		Connections.Place place = full.enter(client(() -> "alice"));
		full.enter(client(() -> "alice")).leave();
		place.leave();
		long start = System.nanoTime();
		full.awaitNone(Patience.LIMIT);
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Patience.LIMIT);
	}

	private static EventClient client(Principal user) {
		return EventClient.builder("c", "test").principal(user).remoteAddress("127.0.0.1").build();
	}

	/** A user of an application that lets people change their names. */
	private static final class Renamed implements Principal {

		private String name;

		Renamed(String name) {
			this.name = name;
		}

		@Override
		public String getName() {
			return this.name;
		}

	}

}
