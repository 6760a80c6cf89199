package io.eventsource;

/**
 * Whether the contract of a {@link TopicStore} can be kept by a store other than Redis.
 */
class MemoryTopicStoreTests extends AbstractTopicStoreTests {

	private final MemoryTopics topics = new MemoryTopics(KEPT);

	@Override
	protected TopicStore instance() {
		return new MemoryTopicStore(this.topics);
	}

	@Override
	protected void die(TopicStore instance) {
		((MemoryTopicStore) instance).die();
	}

	@Override
	protected void forgetUnused() {
		this.topics.forget();
	}

	@Override
	protected void goAway() {
		this.topics.setAvailable(false);
	}

	@Override
	protected void comeBack() {
		this.topics.setAvailable(true);
	}

	@Override
	protected void halt() {
		this.topics.setAnswering(false);
	}

	@Override
	protected void goOn() {
		this.topics.setAnswering(true);
	}

}
