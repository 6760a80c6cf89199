package io.eventsource.recipes;

import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class KotlinScoresTests {

	@Test
	void whatASharedFlowEmitsIsServed() throws Exception {
		try (Server server = Server.start(List.of(KotlinScores.class));
				Stream<String> lines = server.connect("scores")) {
			KotlinScores scores = server.bean(KotlinScores.class);
			await().until(scores::isObserved);
			assertThat(scores.publish("1:0")).isTrue();
			assertThat(scores.publish("1:1")).isTrue();
			assertThat(Server.read(lines, "data", 2)).containsExactly("1:0", "1:1");
		}
	}

}
