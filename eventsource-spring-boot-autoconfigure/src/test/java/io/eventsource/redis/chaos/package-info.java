/**
 * Instances of an application, publishers and clients, to which a fault happens in each
 * round, and the judge of what clients got: the table of guarantees in
 * {@code docs/scaling.md} as a test.
 */
package io.eventsource.redis.chaos;
