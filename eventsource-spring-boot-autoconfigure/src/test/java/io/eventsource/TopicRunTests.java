package io.eventsource;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import io.eventsource.TopicStore.End;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a source does whose events go to a store, and what becomes of it.
 */
class TopicRunTests {

	private final List<Object> stored = new ArrayList<>();

	private final AtomicInteger cancellations = new AtomicInteger();

	private final AtomicInteger ends = new AtomicInteger();

	private final TopicRun run = new TopicRun("job", new TextEvents((data) -> {
		throw new IllegalStateException("Thrown by the test");
	}), Runnable::run, (ended) -> this.ends.incrementAndGet());

	@Test
	void sourceThatCompletesIsStoredWithItsEnd() {
		begin(Flux.just(Event.of("a"), Event.of("b")), true);
		assertThat(this.stored).containsExactly("a", "b", End.COMPLETED);
		assertThat(this.ends).hasValue(1);
		assertThat(this.cancellations).hasValue(0);
	}

	@Test
	void sourceWhoseEventCannotBeWrittenFailsAndIsCancelled() {
		begin(Flux.concat(Flux.just(Event.of("a"), Event.of(7)), Flux.never()), true);
		assertThat(this.stored).containsExactly("a", End.FAILED);
		assertThat(this.ends).hasValue(1);
		assertThat(this.cancellations).hasValue(1);
	}

	@Test
	void sourceOfATopicThatHasEndedIsCancelled() {
		begin(Flux.concat(Flux.just(Event.of("a")), Flux.never()), false);
		assertThat(this.stored).isEmpty();
		assertThat(this.ends).hasValue(1);
		assertThat(this.cancellations).hasValue(1);
	}

	@Test
	void sourceThatIsInterruptedIsCancelledAndItsTopicEnds() {
		begin(Flux.concat(Flux.just(Event.of("a")), Flux.never()), true);
		this.run.interrupt();
		assertThat(this.stored).containsExactly("a", End.INTERRUPTED);
		assertThat(this.cancellations).hasValue(1);
	}

	private void begin(Flux<?> source, boolean open) {
		Publisher<?> counted = source.doOnCancel(this.cancellations::incrementAndGet);
		this.run.begin(new TopicStore.Run() {

			@Override
			public boolean append(Event event) {
				return open && TopicRunTests.this.stored.add(event.data());
			}

			@Override
			public void end(End end) {
				TopicRunTests.this.stored.add(end);
			}

		}, () -> counted);
	}

}
