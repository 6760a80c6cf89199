package io.eventsource.recipes;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.EventClient;
import io.eventsource.EventHistory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/**
 * Events that are written in the same transaction as the change that they report, and
 * published by every instance of the application.
 */
@Repository
@Qualifier("orders")
class Outbox implements EventHistory {

	private final JdbcClient jdbc;

	private final EventChannel orders;

	private long published;

	Outbox(JdbcClient jdbc, EventChannel orders) {
		this.jdbc = jdbc;
		this.orders = orders;
		this.published = jdbc.sql("select last_id from outbox_counter").query(Long.class).single();
	}

	@Transactional(propagation = Propagation.MANDATORY)
	void add(Event event) {
		this.jdbc.sql("update outbox_counter set last_id = last_id + 1").update();
		this.jdbc.sql("insert into outbox (id, type, data) select last_id, ?, ? from outbox_counter")
			.params(event.type(), String.valueOf(event.data()))
			.update();
	}

	@Scheduled(fixedDelay = 200)
	synchronized void publish() {
		for (Event event : select(this.published, Long.MAX_VALUE, 1000)) {
			this.orders.publish(event);
			this.published = Long.parseLong(Objects.requireNonNull(event.id()));
		}
	}

	@Override
	public synchronized @Nullable Stream<Event> after(String lastEventId, EventClient client, int limit) {
		if (!lastEventId.matches("\\d{1,18}")) {
			return null;
		}
		publish();
		long id = Long.parseLong(lastEventId);
		boolean known = !select(id - 1, id, 1).isEmpty();
		return known ? select(id, this.published, limit).stream() : null;
	}

	private List<Event> select(long after, long upTo, int limit) {
		return this.jdbc.sql("select * from outbox where id > ? and id <= ? order by id limit ?")
			.params(after, upTo, limit)
			.query((row, n) -> Event.builder()
				.id(row.getString("id"))
				.type(row.getString("type"))
				.data(row.getString("data"))
				.build())
			.list();
	}

}
