package io.eventsource.redis;

/**
 * The keys of a family of topics, which have a hash tag in common.
 *
 * @param prefix the prefix of all keys
 * @param family the name of the family
 */
record TopicKeys(String prefix, String family) {

	/** The stream of a topic. */
	String stream(String topic) {
		return streams() + topic;
	}

	/** What the streams of all topics begin with. */
	String streams() {
		return base() + ":";
	}

	/** The topic of a stream. */
	String topic(String stream) {
		return stream.substring(streams().length());
	}

	/** The run of the source of a topic. */
	String run(String topic) {
		return base() + "~run:" + topic;
	}

	/** The highest id of all topics. */
	String last() {
		return base() + "~last";
	}

	/** The name of a topic in messages. */
	String name(String topic) {
		return this.family + "/" + topic;
	}

	private String base() {
		return this.prefix + "{" + this.family + "}";
	}

}
