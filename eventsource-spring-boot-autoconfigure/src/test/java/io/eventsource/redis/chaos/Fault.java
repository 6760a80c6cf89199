package io.eventsource.redis.chaos;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * What happens in a round, by the rows of the table in {@code docs/scaling.md}.
 */
enum Fault {

	NONE("Normal operation", Kind.STANDALONE, Effect.NOTHING, (arena) -> arena.pause(500, 1500)),

	REDIS_KILLED("Redis is back, with its data", Kind.STANDALONE, Effect.NOTHING, (arena) -> {
		arena.redis().node().kill();
		arena.pause(0, 3000);
		arena.redis().node().start();
	}),

	REDIS_HANGS("Redis cannot be reached", Kind.STANDALONE, Effect.NOTHING, (arena) -> {
		arena.redis().node().stop();
		arena.pause(200, 5000);
		arena.redis().node().proceed();
	}),

	REDIS_CUT_OFF("Redis cannot be reached", Kind.STANDALONE, Effect.NOTHING,
			(arena) -> arena.forAWhile(Wire.State.CUT, false)),

	INSTANCE_CUT_OFF("Redis cannot be reached", Kind.STANDALONE, Effect.NOTHING,
			(arena) -> arena.forAWhile(Wire.State.CUT, true)),

	BLACK_HOLE("Redis cannot be reached", Kind.STANDALONE, Effect.NOTHING,
			(arena) -> arena.forAWhile(Wire.State.BLACK_HOLE, false)),

	INSTANCE_IN_BLACK_HOLE("Redis cannot be reached", Kind.STANDALONE, Effect.NOTHING,
			(arena) -> arena.forAWhile(Wire.State.BLACK_HOLE, true)),

	HALF_OPEN("The response to a publish is lost", Kind.STANDALONE, Effect.NOTHING,
			(arena) -> arena.forAWhile(Wire.State.HALF_OPEN, true)),

	CUT_IN_REPLY("The response to a publish is lost", Kind.STANDALONE, Effect.NOTHING,
			(arena) -> arena.forAWhile(Wire.State.CUT_IN_REPLY, false)),

	SLOW("Normal operation", Kind.STANDALONE, Effect.NOTHING, (arena) -> arena.forAWhile(Wire.State.SLOW, false)),

	MESSAGES_HELD("The message that says that there are events is lost", Kind.STANDALONE, Effect.NOTHING,
			(arena) -> arena.forAWhile(Wire.State.MESSAGES_HELD, false)),

	MESSAGES_CUT("The message that says that there are events is lost", Kind.STANDALONE, Effect.NOTHING,
			(arena) -> arena.forAWhile(Wire.State.MESSAGES_CUT, false)),

	CONNECTIONS_CLOSED("Redis is back, with its data", Kind.STANDALONE, Effect.NOTHING, (arena) -> {
		arena.redis().node().cli("CLIENT", "KILL", "TYPE", "normal");
		arena.redis().node().cli("CLIENT", "KILL", "TYPE", "pubsub");
	}),

	DATA_LOST("Redis is back without its data", Kind.STANDALONE, Effect.LOSS, (arena) -> {
		arena.redis().node().kill();
		arena.redis().node().wipe();
		arena.pause(0, 1500);
		arena.redis().node().start();
	}, "restarted", "evicted"),

	FLUSHED("Redis is back without its data", Kind.STANDALONE, Effect.LOSS, (arena) -> {
		arena.redis().node().cli("FLUSHALL");
		arena.redis().node().cli("SCRIPT", "FLUSH");
	}, "restarted", "evicted"),

	DELETED("Redis is back without its data", Kind.STANDALONE, Effect.LOSS, (arena) -> {
		Subject subject = arena.affect();
		arena.redis().node().cli("DEL", subject.key());
	}, "restarted", "evicted"),

	MEMORY_SHORT("Redis is back without its data", Kind.STANDALONE, Effect.LOSS, (arena) -> {
		Node node = arena.redis().node();
		node.cli("CONFIG", "SET", "maxmemory-policy", arena.pick("allkeys-lru", "volatile-lru"));
		node.cli("CONFIG", "SET", "maxmemory", "1mb");
		arena.pause(200, 1500);
		node.cli("CONFIG", "SET", "maxmemory", "0");
	}, "restarted", "evicted"),

	TRIMMED("Events were trimmed before an instance has read them", Kind.STANDALONE, Effect.LOSS, (arena) -> {
		Subject subject = arena.affect();
		arena.redis().node().cli("XTRIM", subject.key(), "MAXLEN", arena.pick("0", "1", "5"));
	}, "evicted"),

	TRIMMED_WHILE_CUT_OFF("An instance was cut off, and Redis has trimmed", Kind.STANDALONE, Effect.LOSS, (arena) -> {
		Subject subject = arena.affect();
		Wire wire = arena.redis().wires().get(1);
		wire.set(arena.pick(Wire.State.BLACK_HOLE, Wire.State.CUT));
		arena.pause(0, 300);
		arena.burst(subject, Arena.MAX_LENGTH * 2);
		wire.set(Wire.State.WHOLE);
	}, "evicted"),

	ENTRY_REMOVED("A single entry was removed by `XDEL`", Kind.STANDALONE, Effect.NOTHING, (arena) -> {
		Subject subject = arena.affect();
		arena.redis().set(Wire.State.BLACK_HOLE);
		arena.removeNewest(subject);
		arena.redis().set(Wire.State.WHOLE);
	}),

	ODD_ENTRY("Entries that are no events", Kind.STANDALONE, Effect.NOTHING, (arena) -> {
		Subject subject = arena.affect();
		for (int i = 0; i < 5; i++) {
			arena.redis().node().cli("XADD", subject.key(), "*", "retry", "soon", "type", "a\nb");
			arena.redis().node().cli("XADD", subject.key(), "*", "other", "\u0001");
			arena.pause(0, 200);
		}
	}),

	WRONG_TYPE("The key of a channel has another type than a stream", Kind.STANDALONE, Effect.LOSS, (arena) -> {
		Subject subject = arena.affect();
		arena.redis().node().cli("SET", subject.key(), "text");
		arena.pause(200, 3000);
		arena.redis().node().cli("DEL", subject.key());
	}, "restarted", "evicted"),

	ROLLED_BACK("Redis loses the latest events that it has confirmed", Kind.STANDALONE, Effect.FORGETTING, (arena) -> {
		arena.redis().save();
		arena.pause(100, 1500);
		arena.redis().rollBack();
	}, "evicted"),

	INSTANCE_RESTARTED("An instance dies or is shut down", Kind.STANDALONE, Effect.NOTHING,
			(arena) -> arena.restart(arena.anyInstance())),

	ALL_RESTARTED("All instances restart", Kind.STANDALONE, Effect.NOTHING, (arena) -> {
		arena.instances().forEach(Instance::stop);
		arena.instances().forEach(Instance::start);
	}),

	INSTANCE_KILLED("An instance dies or is shut down", Kind.STANDALONE, Effect.NOTHING, Arena::killInstance),

	STARTED_WITHOUT_REDIS("An instance starts while Redis is unavailable", Kind.STANDALONE, Effect.NOTHING, (arena) -> {
		arena.redis().node().kill();
		arena.restart(arena.anyInstance());
		arena.pause(0, 1000);
		arena.redis().node().start();
	}, "unknown"),

	SENTINEL_MASTER_KILLED("Redis loses the latest events that it has confirmed", Kind.SENTINEL, Effect.FORGETTING,
			(arena) -> {
				Node old = arena.sentinels().master();
				old.kill();
				arena.sentinels().awaitFailover(old);
				arena.awaitProgress();
				arena.sentinels().bringBack(old);
			}, "evicted"),

	SENTINEL_MASTER_HANGS("Redis loses the latest events that it has confirmed", Kind.SENTINEL, Effect.FORGETTING,
			(arena) -> {
				Node old = arena.sentinels().master();
				old.stop();
				arena.sentinels().awaitFailover(old);
				arena.awaitProgress();
				old.proceed();
			}, "evicted"),

	SENTINEL_FAILOVER("Redis loses the latest events that it has confirmed", Kind.SENTINEL, Effect.FORGETTING,
			(arena) -> {
				Node old = arena.sentinels().master();
				arena.sentinels().failOver();
				arena.sentinels().awaitFailover(old);
			}, "evicted"),

	CLUSTER_OWNER_KILLED("Redis loses the latest events that it has confirmed", Kind.CLUSTER, Effect.FORGETTING,
			(arena) -> {
				String key = arena.anySubject().key();
				Node old = arena.cluster().owner(key);
				old.kill();
				arena.cluster().awaitFailover(key, old);
				arena.awaitProgress();
				old.start();
			}, "evicted"),

	CLUSTER_OWNER_HANGS("Redis loses the latest events that it has confirmed", Kind.CLUSTER, Effect.FORGETTING,
			(arena) -> {
				String key = arena.anySubject().key();
				Node old = arena.cluster().owner(key);
				old.stop();
				arena.cluster().awaitFailover(key, old);
				arena.awaitProgress();
				old.proceed();
			}, "evicted"),

	CLUSTER_FAILOVER("Redis loses the latest events that it has confirmed", Kind.CLUSTER, Effect.FORGETTING,
			(arena) -> {
				String key = arena.anySubject().key();
				Node old = arena.cluster().owner(key);
				arena.cluster().replica(key).cli("CLUSTER", "FAILOVER");
				arena.cluster().awaitFailover(key, old);
			}, "evicted");

	private final String row;

	private final Kind kind;

	private final Effect effect;

	private final Action action;

	private final Set<String> causes;

	Fault(String row, Kind kind, Effect effect, Action action, String... causes) {
		this.row = row;
		this.kind = kind;
		this.effect = effect;
		this.action = action;
		this.causes = Set.of(causes);
	}

	/** A part of the row of the table that says what follows. */
	String row() {
		return this.row;
	}

	Effect effect() {
		return this.effect;
	}

	/** The causes of the gap events that clients may be told, as the table says. */
	Set<String> causes() {
		return this.causes;
	}

	void happen(Arena arena) throws Exception {
		this.action.happen(arena);
	}

	static List<Fault> of(Kind kind) {
		return Arrays.stream(values()).filter((fault) -> fault.kind == kind).toList();
	}

	/** What Redis is. */
	enum Kind {

		STANDALONE, SENTINEL, CLUSTER;

		Deployment start(Path folder) throws Exception {
			return switch (this) {
				case STANDALONE -> new StandaloneRedis(folder);
				case SENTINEL -> new SentinelRedis(folder);
				case CLUSTER -> new ClusterRedis(folder);
			};
		}

	}

	/** What may be missing. */
	enum Effect {

		/** Nothing. */
		NOTHING,

		/** What clients are told. */
		LOSS,

		/** What Redis has not any more, without a word. */
		FORGETTING

	}

	/** Happens, and is over when this returns. */
	private interface Action {

		void happen(Arena arena) throws Exception;

	}

}
