package io.eventsource.redis;

import java.nio.charset.StandardCharsets;

import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.cluster.api.sync.RedisClusterCommands;
import io.lettuce.core.codec.Base16;

/**
 * A script that Redis runs in one step. It is sent by its digest, and as a whole only
 * where Redis does not know it, as after a restart. Thread-safe.
 */
final class RedisScript {

	private final byte[] source;

	private final String digest;

	private final ScriptOutputType output;

	/**
	 * Creates a script.
	 * @param output the form of its result
	 * @param source its text in Lua
	 */
	RedisScript(ScriptOutputType output, String source) {
		this.source = source.getBytes(StandardCharsets.US_ASCII);
		this.digest = Base16.digest(this.source);
		this.output = output;
	}

	/**
	 * Runs the script.
	 * @param keys the keys, which are in one slot of a cluster
	 * @param values the arguments
	 * @return its result
	 */
	<T> T run(RedisClusterCommands<byte[], byte[]> redis, byte[][] keys, byte[]... values) {
		try {
			return redis.evalsha(this.digest, this.output, keys, values);
		}
		catch (RedisNoScriptException ex) {
			return redis.eval(this.source, this.output, keys, values);
		}
	}

	/**
	 * Returns a number as an argument.
	 */
	static byte[] number(long value) {
		return Long.toString(value).getBytes(StandardCharsets.US_ASCII);
	}

}
