package io.eventsource.recipes;

import java.util.Objects;
import java.util.stream.Stream;

import io.eventsource.Event;
import io.eventsource.EventClient;
import io.eventsource.EventHistory;
import io.eventsource.EventTopics;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.GeneratedKeyHolder;
import org.springframework.stereotype.Repository;

/**
 * The notifications of each user, including those that were sent while the user was away.
 */
@Repository
@Qualifier("notifications")
class NotificationStore implements EventHistory {

	private final JdbcClient jdbc;

	private final EventTopics notifications;

	NotificationStore(JdbcClient jdbc, @Qualifier("notifications") EventTopics notifications) {
		this.jdbc = jdbc;
		this.notifications = notifications;
	}

	synchronized void send(String recipient, String text) {
		GeneratedKeyHolder key = new GeneratedKeyHolder();
		this.jdbc.sql("insert into notification (recipient, text) values (?, ?)")
			.params(recipient, text)
			.update(key, "id");
		Long id = Objects.requireNonNull(key.getKeyAs(Long.class));
		this.notifications.publish(recipient, event(id, text));
	}

	private static Event event(Long id, String text) {
		return Event.builder().id(id.toString()).type("notification").data(text).build();
	}

	@Override
	public synchronized @Nullable Stream<Event> after(String lastEventId, EventClient client, int limit) {
		String user = client.topic();
		if (user == null || !lastEventId.matches("\\d{1,18}") || !exists(Long.parseLong(lastEventId), user)) {
			return null;
		}
		return this.jdbc.sql("select * from notification where recipient = ? and id > ? order by id limit ?")
			.params(user, Long.parseLong(lastEventId), limit)
			.query((row, n) -> event(row.getLong("id"), row.getString("text")))
			.list()
			.stream();
	}

	private boolean exists(long id, String recipient) {
		return this.jdbc.sql("select count(*) from notification where id = ? and recipient = ?")
			.params(id, recipient)
			.query(Integer.class)
			.single() > 0;
	}

}
