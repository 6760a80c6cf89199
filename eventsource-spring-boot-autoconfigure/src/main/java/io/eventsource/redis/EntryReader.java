package io.eventsource.redis;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.lettuce.core.StreamMessage;
import io.lettuce.core.XReadArgs.StreamOffset;
import io.lettuce.core.cluster.api.sync.RedisClusterCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.StreamMessageListOutput;
import io.lettuce.core.output.StreamReadOutput;
import io.lettuce.core.output.StreamingOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandKeyword;
import io.lettuce.core.protocol.CommandType;

/**
 * Reads entries of Redis Streams in pages that are limited in number and in bytes.
 */
final class EntryReader {

	private static final String STREAMS = "STREAMS";

	private final RedisClusterCommands<byte[], byte[]> redis;

	EntryReader(RedisClusterCommands<byte[], byte[]> redis) {
		this.redis = redis;
	}

	/**
	 * Reads the entries from an id on, that one included, oldest first.
	 */
	List<StreamMessage<byte[], byte[]>> from(byte[] key, String id, int count, long bytes) {
		return range(CommandType.XRANGE, key, id, "+", count, bytes);
	}

	/**
	 * Reads the entries up to an id, that one included, newest first.
	 */
	List<StreamMessage<byte[], byte[]>> upTo(byte[] key, String id, int count, long bytes) {
		return range(CommandType.XREVRANGE, key, id, "-", count, bytes);
	}

	private List<StreamMessage<byte[], byte[]>> range(CommandType type, byte[] key, String begin, String end, int count,
			long bytes) {
		EntryPage page = new EntryPage(bytes);
		StreamMessageListOutput<byte[], byte[]> output = new StreamMessageListOutput<>(ByteArrayCodec.INSTANCE, key);
		output.setSubscriber(page);
		this.redis.dispatch(type, output, args().addKey(key).add(begin).add(end).add(CommandKeyword.COUNT).add(count));
		return page.entries();
	}

	/**
	 * Reads entries after the given ones, of several streams at once.
	 * @param offsets the streams, each with the id after which it is read; they are in
	 * one slot of a cluster
	 * @param count the maximum number of entries to read of each stream
	 * @param bytes the approximate number of bytes to read of each stream
	 * @return the entries, by the keys of the streams that have any
	 */
	Map<String, EntryPage> behind(Collection<StreamOffset<byte[]>> offsets, int count, long bytes) {
		Map<String, EntryPage> pages = new HashMap<>();
		StreamReadOutput<byte[], byte[]> output = new StreamReadOutput<>(ByteArrayCodec.INSTANCE);
		output.setSubscriber(new StreamingOutput.Subscriber<>() {

			@Override
			public void onNext(StreamMessage<byte[], byte[]> entry) {
				String stream = new String(entry.getStream(), StandardCharsets.UTF_8);
				pages.computeIfAbsent(stream, (name) -> new EntryPage(bytes)).onNext(entry);
			}

		});
		CommandArgs<byte[], byte[]> args = args().add(CommandKeyword.COUNT).add(count).add(STREAMS);
		offsets.forEach((offset) -> args.addKey(offset.getName()));
		offsets.forEach((offset) -> args.add(offset.getOffset()));
		this.redis.dispatch(CommandType.XREAD, output, args);
		return pages;
	}

	private static CommandArgs<byte[], byte[]> args() {
		return new CommandArgs<>(ByteArrayCodec.INSTANCE);
	}

}
