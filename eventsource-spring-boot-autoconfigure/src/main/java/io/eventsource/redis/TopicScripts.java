package io.eventsource.redis;

import io.lettuce.core.ScriptOutputType;

/**
 * What Redis does in one step with the keys of a topic. The first three keys are the
 * stream, the last id of the family, and the run of the source; the first three arguments
 * are the length of the stream, and for how long the stream and the last id are kept.
 */
final class TopicScripts {

	private static final String COMMON = """
			local time = redis.call('TIME')
			local now = time[1] * 1000 + math.floor(time[2] / 1000)
			local function newest()
			  local entry = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
			  if not entry then return nil, false end
			  for i = 1, #entry[2], 2 do
			    if entry[2][i] == 'end' then return entry[1], true end
			  end
			  return entry[1], false
			end
			local function add(top, fields)
			  local t, n = now, 0
			  for _, id in ipairs({ top or '0-0', redis.call('GET', KEYS[2]) or '0-0' }) do
			    local ms, seq = string.match(id, '^(%d+)-(%d+)$')
			    if tonumber(ms) > t or (tonumber(ms) == t and tonumber(seq) >= n) then
			      t, n = tonumber(ms), tonumber(seq) + 1
			    end
			  end
			  local id = string.format('%.0f-%.0f', t, n)
			  redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], id, unpack(fields))
			  redis.call('PEXPIRE', KEYS[1], ARGV[2])
			  redis.call('PEXPIRE', KEYS[3], ARGV[2])
			  redis.call('SET', KEYS[2], id, 'PX', ARGV[3])
			  redis.call('PUBLISH', KEYS[1], '')
			end
			local function finish(top, how)
			  redis.call('DEL', KEYS[3])
			  add(top, { 'end', how })
			  redis.call('PUBLISH', KEYS[3], '')
			end
			local function lapsed()
			  local lease = redis.call('HGET', KEYS[3], 'until')
			  return lease and tonumber(lease) < now
			end
			""";

	/**
	 * Appends an event: by a run, whose name and number follow, or by none, and then the
	 * fields. Returns 0 if the topic has ended.
	 */
	static final RedisScript APPEND = script("""
			local top, over = newest()
			if over then return 0 end
			if ARGV[4] ~= '' then
			  if redis.call('HGET', KEYS[3], 'owner') ~= ARGV[4] then return 0 end
			  if tonumber(redis.call('HGET', KEYS[3], 'seq')) >= tonumber(ARGV[5]) then return 1 end
			  redis.call('HSET', KEYS[3], 'seq', ARGV[5])
			end
			add(top, { unpack(ARGV, 6) })
			return 1
			""");

	/**
	 * Begins a run, whose name follows, and for how long it is believed to live. Returns
	 * 0 if the topic has or had one, or has ended.
	 */
	static final RedisScript START = script("""
			local top, over = newest()
			if over then return 0 end
			if redis.call('EXISTS', KEYS[3]) == 1 then
			  if lapsed() then finish(top, 'interrupted') end
			  return 0
			end
			redis.call('HSET', KEYS[3], 'owner', ARGV[4], 'until', string.format('%.0f', now + ARGV[5]), 'seq', 0)
			redis.call('PEXPIRE', KEYS[3], ARGV[2])
			return 1
			""");

	/**
	 * Ends a topic in the way that follows; if the name of a run follows, only if that
	 * has not ended.
	 */
	static final RedisScript END = script("""
			local top, over = newest()
			local run = redis.call('HGET', KEYS[3], 'owner')
			if over or not (top or run) or (ARGV[5] ~= '' and run ~= ARGV[5]) then return 0 end
			finish(top, ARGV[4])
			return 1
			""");

	/** Ends a topic whose run is not believed to live any more. */
	static final RedisScript LAPSE = script("""
			local top, over = newest()
			if over or not lapsed() then return 0 end
			finish(top, 'interrupted')
			return 1
			""");

	/**
	 * Keeps topics for another while, which is the argument. The keys are the streams and
	 * the runs, in turn. Returns the numbers of those whose run is not believed to live.
	 */
	static final RedisScript KEEP = new RedisScript(ScriptOutputType.MULTI, """
			local time = redis.call('TIME')
			local now = time[1] * 1000 + math.floor(time[2] / 1000)
			local lapsed = {}
			for i = 1, #KEYS, 2 do
			  redis.call('PEXPIRE', KEYS[i], ARGV[1])
			  if redis.call('PEXPIRE', KEYS[i + 1], ARGV[1]) == 1
			      and tonumber(redis.call('HGET', KEYS[i + 1], 'until')) < now then
			    lapsed[#lapsed + 1] = (i - 1) / 2
			  end
			end
			return lapsed
			""");

	/**
	 * Has runs live for another while, which is the first argument; their names follow.
	 * Returns the numbers of those that have ended.
	 */
	static final RedisScript RENEW = new RedisScript(ScriptOutputType.MULTI, """
			local time = redis.call('TIME')
			local now = time[1] * 1000 + math.floor(time[2] / 1000)
			local ended = {}
			for i = 1, #KEYS do
			  if redis.call('HGET', KEYS[i], 'owner') == ARGV[i + 1] then
			    redis.call('HSET', KEYS[i], 'until', string.format('%.0f', now + ARGV[1]))
			  else
			    ended[#ended + 1] = i - 1
			  end
			end
			return ended
			""");

	private TopicScripts() {
	}

	private static RedisScript script(String source) {
		return new RedisScript(ScriptOutputType.INTEGER, COMMON + source);
	}

}
