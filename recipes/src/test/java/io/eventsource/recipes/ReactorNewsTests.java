package io.eventsource.recipes;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ReactorNewsTests {

	@Test
	void whatSeveralThreadsEmitReachesEveryClient() throws Exception {
		try (Server server = Server.start(List.of(ReactorNews.class))) {
			ReactorNews news = server.bean(ReactorNews.class);
			news.publish("before anybody listens");
			try (Stream<String> one = server.connect("news"); Stream<String> other = server.connect("news")) {
				List<CompletableFuture<Void>> threads = IntStream.range(0, 4)
					.mapToObj((thread) -> CompletableFuture.runAsync(
							() -> IntStream.range(0, 100).forEach((n) -> news.publish(thread + " " + n)),
							(task) -> new Thread(task).start()))
					.toList();
				for (CompletableFuture<Void> thread : threads) {
					thread.get(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS);
				}
				List<String> read = Server.read(one, "data", 400);
				for (int thread = 0; thread < 4; thread++) {
					String prefix = thread + " ";
					assertThat(read.stream().filter((text) -> text.startsWith(prefix)))
						.isEqualTo(IntStream.range(0, 100).mapToObj((n) -> prefix + n).toList());
				}
				assertThat(Server.read(other, "data", 400)).isEqualTo(read);
			}
		}
	}

}
