package io.eventsource.recipes;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
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
 * The messages of each room, which those who come later are shown too.
 */
@Repository
@Qualifier("rooms")
class RoomStore implements EventHistory {

	private final JdbcClient jdbc;

	private final EventTopics rooms;

	RoomStore(JdbcClient jdbc, @Qualifier("rooms") EventTopics rooms) {
		this.jdbc = jdbc;
		this.rooms = rooms;
	}

	synchronized void add(String room, String author, String text) {
		GeneratedKeyHolder key = new GeneratedKeyHolder();
		this.jdbc.sql("insert into room_message (room, author, text) values (?, ?, ?)")
			.params(room, author, text)
			.update(key, "id");
		Long id = Objects.requireNonNull(key.getKeyAs(Long.class));
		this.rooms.publish(room, event(new Message(id, author, text)));
	}

	private static Event event(Message message) {
		return Event.builder().id(Long.toString(message.id())).data(message).build();
	}

	List<Message> latest(String room) {
		return this.jdbc
			.sql("select * from (select * from room_message where room = ? order by id desc limit 50) order by id")
			.param(room)
			.query((row, n) -> message(row))
			.list();
	}

	private static Message message(ResultSet row) throws SQLException {
		return new Message(row.getLong("id"), row.getString("author"), row.getString("text"));
	}

	@Override
	public synchronized @Nullable Stream<Event> after(String lastEventId, EventClient client, int limit) {
		String room = client.topic();
		if (room == null || !lastEventId.matches("\\d{1,18}")) {
			return null;
		}
		return this.jdbc.sql("select * from room_message where room = ? and id > ? order by id limit ?")
			.params(room, Long.parseLong(lastEventId), limit)
			.query((row, n) -> event(message(row)))
			.list()
			.stream();
	}

	record Message(long id, String author, String text) {

	}

}
