package io.eventsource.engine;

import org.junit.jupiter.api.Tag;

/**
 * The hand-overs between the threads of the engine, played very often.
 */
@Tag("soak")
class EngineHandOverSoakTests extends EngineHandOverTests {

	@Override
	int rounds() {
		return 20_000;
	}

}
