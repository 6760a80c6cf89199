package io.eventsource.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

import io.eventsource.ClientSnapshot;
import io.eventsource.CloseReason;
import io.eventsource.EventClient;
import io.eventsource.Patience;
import io.eventsource.StreamListener;
import io.eventsource.StreamSettings;
import io.eventsource.engine.TestEngine.Client;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whom {@link EventStream#disconnect} reaches, from whatever thread and with whatever
 * condition, and when a connection ends whose time has come.
 */
class DisconnectTests {

	private final TestEngine engine = new TestEngine();

	private final ManualPublisher publisher = new ManualPublisher();

	private volatile EventStream stream;

	@AfterEach
	void close() {
		this.engine.close();
	}

	@Test
	void conditionThatFailsForOneClientIsAskedAboutTheOthers() throws Exception {
		EventStream stream = this.engine.stream(this.publisher);
		Client alice = connect(stream, "alice");
		Client anonymous = this.engine.connect(stream);
		Client bob = connect(stream, "bob");
		Client other = this.engine.connect(stream);
		int count = stream.disconnect((client) -> client.principal().getName().equals("bob"))
			.get(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS);
		bob.awaitClosed(CloseReason.REVOKED);
		// Nobody knows whether these are meant; they may come back
		anonymous.awaitClosed(CloseReason.REVOKED);
		other.awaitClosed(CloseReason.REVOKED);
		assertThat(count).isEqualTo(3);
		alice.assertOpen();
	}

	@ParameterizedTest
	@ValueSource(classes = { IllegalStateException.class, AssertionError.class, Exception.class })
	void whateverAConditionThrowsNobodyIsForgotten(Class<? extends Throwable> type) throws Exception {
		EventStream stream = this.engine.stream(this.publisher);
		List<Client> clients = List.of(this.engine.connect(stream), this.engine.connect(stream),
				this.engine.connect(stream));
		Predicate<EventClient> condition = (client) -> {
			throw DisconnectTests.<RuntimeException>sneaky(type);
		};
		assertThat(stream.disconnect(condition).get(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS)).isEqualTo(3);
		clients.forEach((client) -> client.awaitClosed(CloseReason.REVOKED));
	}

	@SuppressWarnings("unchecked")
	private static <T extends Throwable> T sneaky(Class<? extends Throwable> type) throws T {
		try {
			throw (T) type.getConstructor().newInstance();
		}
		catch (ReflectiveOperationException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * A listener is told in the midst of a pass over the clients.
	 */
	@Test
	void listenerThatEndsConnectionsDoesNotWaitForItself() {
		Map<String, Integer> counts = new ConcurrentHashMap<>();
		List<Boolean> answered = new CopyOnWriteArrayList<>();
		EventStream stream = stream(new StreamListener() {

			@Override
			public void clientClosed(EventClient client, CloseReason reason) {
				EventStream current = DisconnectTests.this.stream;
				CompletableFuture<Integer> count = current.disconnect((each) -> client.principalName() != null
						&& each.principal() != null && each.principalName().equals(client.principalName()));
				CompletableFuture<List<ClientSnapshot>> clients = current.clients();
				answered.add(count.isDone() && clients.isDone());
				counts.put(client.id(), count.join());
			}

		});
		List<Client> alices = List.of(connect(stream, "alice"), connect(stream, "alice"), connect(stream, "alice"),
				connect(stream, "alice"));
		Client bob = connect(stream, "bob");
		String first = alices.get(0).id();
		stream.disconnect((client) -> client.id().equals(first));
		alices.forEach((alice) -> TestEngine.await().until(() -> alice.sink().completions() == 1));
		TestEngine.await().until(() -> counts.size() == 4);
		assertThat(answered).hasSize(4).containsOnly(true);
		// Each worker counts the clients that it serves itself: two of them serve two
		// each
		assertThat(counts.values().stream().mapToInt(Integer::intValue).sum()).isBetween(1, 3);
		assertThat(bob.sink().completions()).isZero();
	}

	/**
	 * A filter is asked in the midst of serving the client that it is about.
	 */
	@Test
	void filterThatEndsTheConnectionDoesNotShowTheEvent() {
		this.stream = this.engine.stream(this.publisher, (builder) -> builder.filters(List.of((event, client) -> {
			this.stream.disconnect((each) -> each.id().equals(client.id()));
			return true;
		})));
		Client client = this.engine.connect(this.stream);
		emit(1, "secret");
		client.awaitClosed(CloseReason.REVOKED);
		assertThat(client.data()).isEmpty();
	}

	@Test
	void clientThatNoWorkerHasSeenYetIsFound() throws Exception {
		try (TestEngine one = new TestEngine(1)) {
			EventStream stream = one.stream(this.publisher);
			one.connect(stream);
			CompletableFuture<Void> go = new CompletableFuture<>();
			CompletableFuture<Integer> count = new CompletableFuture<>();
			one.dispatcher().worker(0).execute(() -> {
				go.join();
				stream.disconnect((client) -> true).thenAccept(count::complete);
			});
			Client late = one.connect(stream);
			go.complete(null);
			assertThat(count.get(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS)).isEqualTo(2);
			late.awaitClosed(CloseReason.REVOKED);
		}
	}

	@Test
	void timeOfAConnectionIsWhatIsLeftWhenItIsOpened() {
		EventStream stream = this.engine.stream(this.publisher);
		Instant now = Instant.now();
		Client client = this.engine.connect(stream, new RecordingSink(Long.MAX_VALUE),
				(builder) -> builder.since(now.minusSeconds(600)).expires(now.plusSeconds(60)));
		this.engine.work();
		client.assertOpen();
		this.engine.advance(Duration.ofSeconds(60));
		client.awaitClosed(CloseReason.EXPIRED);
	}

	@Test
	void connectionWhoseTimeIsOverBeforeItIsOpenedGetsNothing() {
		EventStream stream = this.engine.stream(this.publisher, StreamSettings.builder().initialReplay(3).build());
		Client before = this.engine.connect(stream);
		emit(1, "a");
		before.awaitData("a");
		Instant now = Instant.now();
		for (Instant end : List.of(now, now.minusMillis(1), Instant.MIN)) {
			Client client = this.engine.connect(stream, new RecordingSink(Long.MAX_VALUE),
					(builder) -> builder.since(now.minusSeconds(60)).expires(end));
			client.awaitClosed(CloseReason.EXPIRED);
			assertThat(client.sink().writes()).isEmpty();
		}
	}

	@Test
	void nothingIsSentOnceTheTimeHasComeThoughNoTickHasSeenIt() {
		for (int i = 0; i < 50; i++) {
			EventStream stream = this.engine.stream(this.publisher);
			Client client = this.engine.connect(stream, new RecordingSink(Long.MAX_VALUE),
					(builder) -> builder.expires(Instant.now().plusSeconds(60)));
			awaitSubscriptions(i + 1);
			this.engine.work();
			this.engine.turn(Duration.ofSeconds(61));
			this.publisher.emit("late");
			client.awaitClosed(CloseReason.EXPIRED);
			assertThat(client.data()).isEmpty();
			stream.close();
		}
	}

	private void emit(int subscriptions, String data) {
		awaitSubscriptions(subscriptions);
		this.publisher.emit(data);
	}

	private void awaitSubscriptions(int count) {
		TestEngine.await().until(() -> this.publisher.subscriptions() == count);
	}

	private EventStream stream(StreamListener listener) {
		this.stream = this.engine.stream(this.publisher, (builder) -> builder.listener(listener));
		return this.stream;
	}

	private Client connect(EventStream stream, String user) {
		return this.engine.connect(stream, new RecordingSink(Long.MAX_VALUE),
				(builder) -> builder.principal(() -> user));
	}

}
