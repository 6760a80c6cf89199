package io.eventsource.engine.delivery;

import java.util.function.Predicate;

/**
 * What else than the log knows where clients go on that come back with an id.
 *
 * @param always whether the publisher goes on behind the last event of the client,
 * whatever its id looks like
 * @param byOwnIds whether the publisher does so if the id is not one of the log
 * @param storeIds tells the ids that are given by a store
 */
public record Resumption(boolean always, boolean byOwnIds, Predicate<String> storeIds) {

}
