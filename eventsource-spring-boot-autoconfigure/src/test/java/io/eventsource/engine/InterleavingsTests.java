package io.eventsource.engine;

import java.util.List;
import java.util.Set;

import io.eventsource.engine.Interleavings.Cell;
import io.eventsource.engine.Interleavings.Monitor;
import io.eventsource.engine.Interleavings.Result;
import io.eventsource.engine.Interleavings.Tasks;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The checker that {@link HandOverTests} rely on.
 */
class InterleavingsTests {

	private final Interleavings threads = new Interleavings();

	private final Cell<Integer> a = this.threads.cell("a", 0);

	private final Cell<Integer> b = this.threads.cell("b", 0);

	@Test
	void everyOrderOfStepsIsCounted() {
		for (Cell<Integer> cell : List.of(this.a, this.b)) {
			this.threads.thread("thread", () -> {
				cell.set(1);
				cell.set(2);
				cell.set(3);
			});
		}
		Result result = this.threads.explore();
		assertThat(result.failure()).isNull();
		assertThat(result.executions()).isEqualTo(20);
		assertThat(result.states()).isEqualTo(16);
	}

	@Test
	void everyOutcomeIsFound() {
		this.threads.thread("one", () -> this.a.set(this.b.get() + 1));
		this.threads.thread("other", () -> this.b.set(this.a.get() + 1));
		this.threads.outcome(() -> this.a.get() + " " + this.b.get());
		assertThat(this.threads.explore().outcomes()).isEqualTo(Set.of("1 1", "1 2", "2 1"));
	}

	@Test
	void stepsThatLoseAnUpdateAreTold() {
		for (String name : List.of("one", "other")) {
			this.threads.thread(name, () -> this.a.set(this.a.get() + 1));
		}
		this.threads.finallyHolds("both are counted", () -> this.a.get() == 2);
		Result result = this.threads.explore();
		assertThat(result.failure()).isEqualTo("both are counted");
		assertThat(result.schedule()).containsExactlyInAnyOrder("one: a is 0", "other: a is 0", "one: a = 1",
				"other: a = 1");
	}

	@Test
	void monitorLetsNoUpdateGetLost() {
		Monitor monitor = this.threads.monitor("monitor");
		for (String name : List.of("one", "other")) {
			this.threads.thread(name, () -> {
				monitor.enter();
				this.a.set(this.a.get() + 1);
				monitor.exit();
			});
		}
		this.threads.finallyHolds("both are counted", () -> this.a.get() == 2);
		assertThat(this.threads.explore().failure()).isNull();
	}

	@Test
	void choicesGoAllWays() {
		this.threads.thread("thread",
				() -> this.threads.region("step", () -> this.a.set(this.threads.maybe("yes") ? 1 : 2)));
		this.threads.outcome(this.a::get);
		Result result = this.threads.explore();
		assertThat(result.outcomes()).isEqualTo(Set.of(1, 2));
		assertThat(result.executions()).isEqualTo(2);
	}

	@Test
	void threadsThatWaitForEachOtherAreTold() {
		Monitor first = this.threads.monitor("first");
		Monitor second = this.threads.monitor("second");
		this.threads.thread("one", () -> {
			first.enter();
			second.enter();
			second.exit();
			first.exit();
		});
		this.threads.thread("other", () -> {
			second.enter();
			first.enter();
			first.exit();
			second.exit();
		});
		assertThat(this.threads.explore().failure()).isEqualTo("one waits for ever");
	}

	@Test
	void threadsThatDoNotComeToRestAreTold() {
		Tasks<String> tasks = this.threads.tasks("tasks");
		this.threads.thread("first", () -> tasks.add("task"));
		this.threads.loop("worker", () -> tasks.add(tasks.take()));
		assertThat(this.threads.explore().failure()).isEqualTo("the threads may go on for ever");
	}

}
