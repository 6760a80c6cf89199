package io.eventsource.sample;

import java.nio.charset.StandardCharsets;

import io.eventsource.Event;
import io.eventsource.EventChannel;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.amqp.core.Message;
import org.springframework.amqp.rabbit.annotation.Queue;
import org.springframework.amqp.rabbit.annotation.RabbitListener;
import org.springframework.context.annotation.Profile;
import org.springframework.stereotype.Component;

/**
 * Turns the messages of a broker into events. A message is acknowledged once its event
 * has been accepted, and is delivered again if the application ends before that, so an
 * event may be published twice but is not lost.
 */
@Component
@Profile("rabbit")
class QueueListener {

	private static final Log logger = LogFactory.getLog(QueueListener.class);

	private final EventChannel queue;

	QueueListener(EventChannel queue) {
		this.queue = queue;
	}

	@RabbitListener(queuesToDeclare = @Queue("${sample.queue}"))
	void receive(Message message) {
		try {
			this.queue.publish(event(message));
		}
		catch (IllegalArgumentException ex) {
			// Acknowledged: the next attempt would fail too, and brokers differ in how
			// they handle a message that is rejected
			logger.warn("Skipped a message that cannot be an event: " + ex.getMessage());
		}
	}

	private static Event event(Message message) {
		String type = message.getMessageProperties().getType();
		String id = message.getMessageProperties().getMessageId();
		Event.Builder event = Event.builder().data(new String(message.getBody(), StandardCharsets.UTF_8));
		if (type != null) {
			event.type(type);
		}
		if (id != null && !id.isEmpty()) {
			event.id(id);
		}
		return event.build();
	}

}
