package io.eventsource.engine;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

import org.jspecify.annotations.Nullable;

/**
 * A model checker: takes a few threads that share a few variables through every order in
 * which their steps can follow each other, and says in which one a property fails.
 * <p>
 * A thread is code that reads like the code it stands for. Each access to a {@link Cell},
 * a {@link Tasks} or a {@link Monitor}, and each {@link #region}, is one step, which no
 * other thread can come into; between two steps any other thread may run. That is what
 * the Java memory model grants code whose threads share nothing but volatile and atomic
 * variables and what monitors guard, so that for the bounds of the model all orders of
 * steps are all that can happen.
 * <p>
 * There is one real thread. To take a thread of the model one step further, its code is
 * run from the start: all that it has read so far is read to it again, then comes the new
 * step, and then it is left where the one after that would begin. Its code must therefore
 * depend on nothing but what it reads from here. What a thread has read determines what
 * it will do, so that two orders of steps that leave the same values in the variables and
 * in what the threads have read have one future, which is explored once, and counted for
 * both.
 */
final class Interleavings {

	private static final int TOO_MANY_STATES = 2_000_000;

	private static final Object[] NOTHING = {};

	private static final BigInteger UNDER_WAY = BigInteger.ZERO;

	private final List<@Nullable Object> initial = new ArrayList<>();

	private final List<Actor> actors = new ArrayList<>();

	private final List<Property> invariants = new ArrayList<>();

	private final List<Property> ends = new ArrayList<>();

	private final Map<State, BigInteger> executions = new HashMap<>();

	private final Set<Object> outcomes = new LinkedHashSet<>();

	private final List<String> schedule = new ArrayList<>();

	private Supplier<@Nullable Object> outcome = () -> null;

	/** What the step that is being taken changes. */
	private State state = new State(new Object[0], new Object[0][]);

	private int actor;

	private int replayed;

	private int choice;

	private int alternatives;

	private boolean inRegion;

	private @Nullable String taken;

	/**
	 * A volatile or atomic variable.
	 */
	<T> Cell<T> cell(String name, T value) {
		return new Cell<>(name, index(value));
	}

	/**
	 * A variable that only one thread uses, or only the holder of a monitor, or that only
	 * records what has happened: an access to it is no step of its own.
	 */
	<T> Note<T> note(T value) {
		return new Note<>(index(value));
	}

	/**
	 * An unbounded queue, empty at first.
	 */
	<T> Tasks<T> tasks(String name) {
		return new Tasks<>(name, index(List.of()));
	}

	/**
	 * A monitor whose holder takes several steps.
	 */
	Monitor monitor(String name) {
		return new Monitor(name, index(-1));
	}

	private int index(@Nullable Object value) {
		this.initial.add(value);
		return this.initial.size() - 1;
	}

	/**
	 * Sets variables before the threads begin.
	 */
	void initially(Runnable settings) {
		this.state = new State(this.initial.toArray(), new Object[0][]);
		this.inRegion = true;
		settings.run();
		this.inRegion = false;
		this.initial.clear();
		this.initial.addAll(Arrays.asList(this.state.values));
	}

	/**
	 * A thread that runs once.
	 */
	void thread(String name, Runnable code) {
		this.actors.add(new Actor(name, code, false));
	}

	/**
	 * A thread that runs again and again, and begins by waiting for something to do.
	 */
	void loop(String name, Runnable code) {
		this.actors.add(new Actor(name, code, true));
	}

	/**
	 * Requires what must be true after each step.
	 */
	void always(String property, BooleanSupplier condition) {
		this.invariants.add(new Property(property, condition));
	}

	/**
	 * Requires what must be true once no thread can take a step any more.
	 */
	void finallyHolds(String property, BooleanSupplier condition) {
		this.ends.add(new Property(property, condition));
	}

	/**
	 * Says what is told of each execution in {@link Result#outcomes()}.
	 */
	void outcome(Supplier<@Nullable Object> outcome) {
		this.outcome = outcome;
	}

	/**
	 * Takes several accesses in one step, as in a monitor that none of them gets out of.
	 */
	<T> T region(String name, Supplier<T> accesses) {
		return access(() -> name, accesses);
	}

	/**
	 * Takes several accesses in one step, as in a monitor that none of them gets out of.
	 */
	void region(String name, Runnable accesses) {
		access(() -> name, () -> {
			accesses.run();
			return null;
		});
	}

	/**
	 * Goes both ways.
	 */
	boolean maybe(String name) {
		return access(() -> name, () -> {
			this.alternatives = 2;
			return this.choice == 1;
		});
	}

	/**
	 * Waits for a condition; to be called first in a {@link #region}.
	 */
	void await(boolean condition) {
		if (!condition) {
			throw Interrupt.BLOCKED;
		}
	}

	/**
	 * Requires what must be true here.
	 */
	void require(boolean condition, String property) {
		if (!condition) {
			throw new Violation(property);
		}
	}

	/**
	 * @param name what the access is called as a step; {@code null} if it is none
	 */
	@SuppressWarnings("unchecked")
	private <T> T access(@Nullable Supplier<String> name, Supplier<T> access) {
		if (this.inRegion) {
			return access.get();
		}
		Object[] memory = Objects.requireNonNull(this.state.memories[this.actor]);
		if (this.replayed < memory.length) {
			return (T) memory[this.replayed++];
		}
		if (name != null) {
			if (this.taken != null) {
				throw Interrupt.SUSPENDED;
			}
			this.taken = name.get();
		}
		T result;
		this.inRegion = true;
		try {
			result = access.get();
		}
		finally {
			this.inRegion = false;
		}
		if (name != null && result != null) {
			this.taken += " is " + result;
		}
		Object[] longer = Arrays.copyOf(memory, memory.length + 1);
		longer[memory.length] = result;
		this.state.memories[this.actor] = longer;
		this.replayed++;
		return result;
	}

	/**
	 * Explores all executions, or as many as it takes to find one that fails.
	 */
	Result explore() {
		Object[][] memories = new Object[this.actors.size()][];
		Arrays.fill(memories, NOTHING);
		try {
			BigInteger count = explore(new State(this.initial.toArray(), memories));
			return new Result(this.executions.size(), count, this.outcomes, null, List.of());
		}
		catch (Violation ex) {
			return new Result(this.executions.size(), BigInteger.ONE, this.outcomes, ex.getMessage(),
					List.copyOf(this.schedule));
		}
	}

	/**
	 * Explores what may follow a state.
	 * @return in how many ways it can go on from there
	 */
	private BigInteger explore(State from) {
		BigInteger known = this.executions.get(from);
		if (known != null) {
			require(!known.equals(UNDER_WAY), "the threads may go on for ever");
			return known;
		}
		require(this.executions.size() < TOO_MANY_STATES, "there are too many states to explore");
		this.executions.put(from, UNDER_WAY);
		check(this.invariants, from);
		BigInteger count = BigInteger.ZERO;
		for (int i = 0; i < this.actors.size(); i++) {
			int choices = 1;
			for (int j = 0; j < choices; j++) {
				State next = step(from, i, j);
				if (next != null) {
					choices = this.alternatives;
					count = count.add(explore(next));
					this.schedule.remove(this.schedule.size() - 1);
				}
			}
		}
		if (count.signum() == 0) {
			rest(from);
			count = BigInteger.ONE;
		}
		this.executions.put(from, count);
		return count;
	}

	private void rest(State at) {
		for (int i = 0; i < this.actors.size(); i++) {
			Actor each = this.actors.get(i);
			Object[] memory = at.memories[i];
			require(memory == null || (each.again() && memory.length == 0), each.name() + " waits for ever");
		}
		check(this.ends, at);
		this.inRegion = true;
		Object told = this.outcome.get();
		this.inRegion = false;
		if (told != null) {
			this.outcomes.add(told);
		}
	}

	private void check(List<Property> properties, State at) {
		this.state = at;
		this.inRegion = true;
		for (Property property : properties) {
			require(property.condition().getAsBoolean(), property.name());
		}
		this.inRegion = false;
	}

	/**
	 * Takes one thread one step further.
	 * @return the state after the step, or {@code null} if the thread cannot take one
	 */
	private @Nullable State step(State from, int index, int number) {
		if (from.memories[index] == null) {
			return null;
		}
		Actor each = this.actors.get(index);
		this.state = new State(from.values.clone(), from.memories.clone());
		this.actor = index;
		this.replayed = 0;
		this.choice = number;
		this.alternatives = 1;
		this.taken = null;
		this.inRegion = false;
		try {
			each.code().run();
			this.state.memories[index] = each.again() ? NOTHING : null;
		}
		catch (Interrupt ex) {
			if (ex == Interrupt.BLOCKED) {
				return null;
			}
		}
		catch (Violation ex) {
			this.schedule.add(each.name() + ": " + this.taken);
			throw ex;
		}
		this.schedule.add(each.name() + ": " + this.taken);
		return this.state;
	}

	/**
	 * A volatile or atomic variable.
	 *
	 * @param <T> the type of its values, which are immutable
	 */
	final class Cell<T> {

		private final String name;

		private final int index;

		private Cell(String name, int index) {
			this.name = name;
			this.index = index;
		}

		@SuppressWarnings("unchecked")
		private T value() {
			return (T) Interleavings.this.state.values[this.index];
		}

		private void value(T value) {
			Interleavings.this.state.values[this.index] = value;
		}

		T get() {
			return access(() -> this.name, this::value);
		}

		void set(T value) {
			access(() -> this.name + " = " + value, () -> {
				value(value);
				return null;
			});
		}

		T getAndSet(T value) {
			return access(() -> this.name + " = " + value + ", before it", () -> {
				T before = value();
				value(value);
				return before;
			});
		}

		boolean compareAndSet(T expected, T value) {
			return access(() -> this.name + " from " + expected + " to " + value, () -> {
				boolean equal = Objects.equals(value(), expected);
				if (equal) {
					value(value);
				}
				return equal;
			});
		}

		T update(UnaryOperator<T> update) {
			return access(() -> this.name + " after an update", () -> {
				value(update.apply(value()));
				return value();
			});
		}

	}

	/**
	 * A variable whose accesses are no steps.
	 *
	 * @param <T> the type of its values, which are immutable
	 */
	final class Note<T> {

		private final int index;

		private Note(int index) {
			this.index = index;
		}

		@SuppressWarnings("unchecked")
		T get() {
			return access(null, () -> (T) Interleavings.this.state.values[this.index]);
		}

		void set(T value) {
			update((before) -> value);
		}

		@SuppressWarnings("unchecked")
		void update(UnaryOperator<T> update) {
			access(null, () -> {
				Object[] values = Interleavings.this.state.values;
				values[this.index] = update.apply((T) values[this.index]);
				return null;
			});
		}

	}

	/**
	 * An unbounded queue.
	 *
	 * @param <T> the type of its elements, which are immutable
	 */
	final class Tasks<T> {

		private final String name;

		private final Cell<List<T>> elements;

		private Tasks(String name, int index) {
			this.name = name;
			this.elements = new Cell<>(name, index);
		}

		void add(T element) {
			region(this.name + " gets " + element, () -> {
				List<T> longer = new ArrayList<>(this.elements.value());
				longer.add(element);
				this.elements.value(List.copyOf(longer));
			});
		}

		/**
		 * Removes the oldest element; waits for one.
		 */
		T take() {
			return region(this.name + ": the first", () -> {
				await(!isEmpty());
				return poll();
			});
		}

		/**
		 * Removes the oldest element.
		 * @return the element, or {@code null} if there is none
		 */
		@Nullable T poll() {
			return region(this.name + ": the first", () -> {
				List<T> before = this.elements.value();
				if (before.isEmpty()) {
					return null;
				}
				this.elements.value(List.copyOf(before.subList(1, before.size())));
				return before.get(0);
			});
		}

		boolean isEmpty() {
			return region(this.name + ": empty", () -> this.elements.value().isEmpty());
		}

		/**
		 * How often an element is there.
		 */
		int count(T element) {
			return region(this.name + ": how many " + element,
					() -> Collections.frequency(this.elements.value(), element));
		}

	}

	/**
	 * A monitor, which is not entered again by the thread that holds it.
	 */
	final class Monitor {

		private final String name;

		private final Cell<Integer> holder;

		private Monitor(String name, int index) {
			this.name = name;
			this.holder = new Cell<>(name, index);
		}

		void enter() {
			region(this.name + " entered", () -> {
				await(this.holder.value() < 0);
				this.holder.value(Interleavings.this.actor);
			});
		}

		void exit() {
			region(this.name + " left", () -> this.holder.value(-1));
		}

	}

	/**
	 * What came of it.
	 *
	 * @param states how many states the threads can be in
	 * @param executions in how many orders the steps can follow each other from the start
	 * to where no thread can take one
	 * @param outcomes what is told of the executions
	 * @param failure the property that does not hold, or {@code null} if all do
	 * @param schedule the steps of the first execution found in which it does not
	 */
	record Result(int states, BigInteger executions, Set<Object> outcomes, @Nullable String failure,
			List<String> schedule) {

		@Override
		public String toString() {
			return (this.failure == null) ? this.executions + " executions through " + this.states + " states"
					: "not so: " + this.failure + "\n\t" + String.join("\n\t", this.schedule);
		}

	}

	/**
	 * A thread.
	 *
	 * @param name the name
	 * @param code what it does
	 * @param again whether it begins anew when it has done it
	 */
	private record Actor(String name, Runnable code, boolean again) {

	}

	/**
	 * What must be true.
	 *
	 * @param name what it says
	 * @param condition whether it is true now
	 */
	private record Property(String name, BooleanSupplier condition) {

	}

	/**
	 * The values of the variables, and what each thread has read; {@code null} for one
	 * that is at its end. Not changed any more once it was compared with another.
	 */
	private static final class State {

		private final @Nullable Object[] values;

		private final Object @Nullable [][] memories;

		private int hash;

		State(@Nullable Object[] values, Object @Nullable [][] memories) {
			this.values = values;
			this.memories = memories;
		}

		@Override
		public boolean equals(@Nullable Object other) {
			return other instanceof State that && Arrays.equals(this.values, that.values)
					&& Arrays.deepEquals(this.memories, that.memories);
		}

		@Override
		public int hashCode() {
			if (this.hash == 0) {
				this.hash = 31 * Arrays.hashCode(this.values) + Arrays.deepHashCode(this.memories);
			}
			return this.hash;
		}

	}

	/**
	 * Leaves the code of a thread.
	 */
	private static final class Interrupt extends Error {

		private static final long serialVersionUID = 1L;

		/** Before its next step. */
		static final Interrupt SUSPENDED = new Interrupt();

		/** Since it cannot take its next step now. */
		static final Interrupt BLOCKED = new Interrupt();

		private Interrupt() {
			super(null, null, false, false);
		}

	}

	/**
	 * A property does not hold.
	 */
	private static final class Violation extends RuntimeException {

		private static final long serialVersionUID = 1L;

		Violation(String property) {
			super(property);
		}

	}

}
