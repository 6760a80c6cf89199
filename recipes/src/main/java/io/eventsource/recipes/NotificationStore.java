package io.eventsource.recipes;

import java.util.Objects;
import java.util.stream.Stream;

import io.eventsource.Event;
import io.eventsource.EventChannel;
import io.eventsource.EventClient;
import io.eventsource.EventFilter;
import io.eventsource.EventHistory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.GeneratedKeyHolder;
import org.springframework.stereotype.Repository;

/**
 * Notifications, of which each user sees their own, including those that were sent while
 * the user was away.
 */
@Repository
@Qualifier("notifications")
class NotificationStore implements EventFilter, EventHistory {

	private final JdbcClient jdbc;

	private final EventChannel notifications;

	NotificationStore(JdbcClient jdbc, @Qualifier("notifications") EventChannel notifications) {
		this.jdbc = jdbc;
		this.notifications = notifications;
	}

	synchronized void send(String recipient, String text) {
		GeneratedKeyHolder key = new GeneratedKeyHolder();
		this.jdbc.sql("insert into notification (recipient, text) values (?, ?)")
			.params(recipient, text)
			.update(key, "id");
		Long id = Objects.requireNonNull(key.getKeyAs(Long.class));
		this.notifications.publish(event(id, recipient, text));
	}

	private static Event event(Long id, String recipient, String text) {
		return Event.builder().id(id.toString()).type("notification").key(recipient).data(text).build();
	}

	@Override
	public boolean test(Event event, EventClient client) {
		return event.key() != null && event.key().equals(client.principalName());
	}

	@Override
	public @Nullable Stream<Event> after(String lastEventId, EventClient client, int limit) {
		String user = client.principalName();
		if (user == null || !lastEventId.matches("\\d{1,18}") || !exists(Long.parseLong(lastEventId))) {
			return null;
		}
		return this.jdbc.sql("select * from notification where recipient = ? and id > ? order by id limit ?")
			.params(user, Long.parseLong(lastEventId), limit)
			.query((row, n) -> event(row.getLong("id"), row.getString("recipient"), row.getString("text")))
			.list()
			.stream();
	}

	private boolean exists(long id) {
		return !this.jdbc.sql("select id from notification where id = ?").param(id).query().listOfRows().isEmpty();
	}

	@Override
	public boolean hasOpaqueIds() {
		return true;
	}

}
