package io.eventsource.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;

import io.eventsource.CloseReason;
import io.eventsource.OverflowStrategy;
import io.eventsource.StreamSettings;
import io.eventsource.engine.TestEngine.Client;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Clients that come, come back and are served while events go on to leave the log, with
 * the real classes and at any moment: each gets more than the gap, what it is told to
 * have missed is what it does not get, and the rest comes in order.
 */
class BeginningRaceTests {

	private static final int LOG = 8;

	private final TestEngine engine = new TestEngine();

	private final ManualPublisher publisher = new ManualPublisher();

	private final AtomicBoolean over = new AtomicBoolean();

	private volatile int last = -1;

	@AfterEach
	void close() {
		this.over.set(true);
		this.engine.close();
	}

	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "CONFLATE")
	void eachConnectionGetsWhatFollowsItsGap(OverflowStrategy overflow) throws Exception {
		long seed = Long.getLong("eventsource.seed", System.nanoTime());
		Random random = new Random(seed);
		EventStream stream = this.engine.stream(this.publisher,
				StreamSettings.builder().bufferSize(LOG).overflow(overflow).initialReplay(2).build());
		stream.start();
		TestEngine.await().until(() -> this.publisher.subscriptions() == 1);
		Client reader = this.engine.connect(stream);
		this.publisher.emit(0);
		reader.awaitData("0");
		String first = reader.sink().events().get(0).lastEventId();
		String epoch = first.substring(0, first.lastIndexOf('-') + 1);
		Thread emitter = new Thread(this::emit);
		emitter.start();
		for (int i = 0; i < 400; i++) {
			int known = Math.max(0, this.last - random.nextInt(3 * LOG));
			// Some take a few bytes, stop, and go on later
			RecordingSink sink = new RecordingSink(random.nextBoolean() ? Long.MAX_VALUE : random.nextInt(200));
			Client client = this.engine.connect(stream, epoch + known, sink);
			for (int pause = random.nextInt(20_000); pause > 0; pause--) {
				Thread.onSpinWait();
			}
			sink.ready();
			TestEngine.await().until(() -> numbers(client).size() > 0 || sink.isComplete());
			sink.connection().close(CloseReason.DISCONNECTED);
			TestEngine.await().until(sink::isComplete);
			// A transport sends what it has when the response ends
			sink.leak(1);
			assertThat(numbers(client)).as("seed %d, client %d", seed, i).isNotEmpty();
			check(known, client, "seed " + seed + ", client " + i);
		}
		this.over.set(true);
		emitter.join();
	}

	private void emit() {
		for (int i = 1; !this.over.get(); i++) {
			this.publisher.emit(i);
			this.last = i;
			if (i % 16 == 0) {
				Thread.yield();
			}
		}
	}

	private static List<Integer> numbers(Client client) {
		List<Integer> numbers = new ArrayList<>();
		client.data()
			.stream()
			.filter((data) -> !data.startsWith("{"))
			.forEach((data) -> numbers.add(Integer.valueOf(data)));
		return numbers;
	}

	/** What was not told is not missing. */
	private static void check(int known, Client client, String description) {
		int next = known + 1;
		for (String data : client.data()) {
			if (data.startsWith("{")) {
				String missed = data.replaceAll("\\D", "");
				assertThat(missed).as(description).isNotEmpty();
				next += Integer.parseInt(missed);
			}
			else {
				assertThat(Integer.parseInt(data)).as("%s, which had %d: %s", description, known, client.data())
					.isEqualTo(next);
				next++;
			}
		}
	}

}
