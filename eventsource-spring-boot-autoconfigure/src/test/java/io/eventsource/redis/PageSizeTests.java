package io.eventsource.redis;

import java.util.Collections;
import java.util.List;
import java.util.Map;

import io.lettuce.core.StreamMessage;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * That no more is read at once than there is memory for, also where large entries follow
 * small ones.
 */
class PageSizeTests {

	private static final int LARGE = 1_000_000;

	private final PageSize page = new PageSize();

	@Test
	void unknownEntriesAreReadInSmallPages() {
		assertThat(this.page.live()).isEqualTo(64);
		assertThat(this.page.history()).isEqualTo(8);
	}

	@Test
	void smallEntriesAreReadManyAtOnce() {
		read(64, 100);
		assertThat(this.page.live()).isEqualTo(512);
		assertThat(this.page.history()).isEqualTo(512);
		read(64, 16 * 1024);
		assertThat(this.page.live()).isEqualTo(64);
		assertThat(this.page.history()).isEqualTo(8);
	}

	@Test
	void largeEntryIsRememberedWhileSmallOnesFollow() {
		read(1, LARGE);
		for (int i = 0; i < 20; i++) {
			read(64, 100);
			assertThat(this.page.live() * (long) LARGE).isLessThan(8L * LARGE);
			assertThat(this.page.history()).isEqualTo(2);
		}
		for (int i = 0; i < 2000; i++) {
			read(64, 100);
		}
		assertThat(this.page.live()).isEqualTo(512);
	}

	@Test
	void nothingReadTellsNothing() {
		this.page.read(List.of());
		assertThat(this.page.live()).isEqualTo(64);
		read(1, 0);
		assertThat(this.page.live()).isEqualTo(512);
	}

	private void read(int count, int size) {
		this.page.read(Collections.nCopies(count,
				new StreamMessage<>(new byte[0], "1-0", Map.of("data".getBytes(), new byte[size]))));
	}

}
