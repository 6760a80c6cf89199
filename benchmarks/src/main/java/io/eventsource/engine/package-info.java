/**
 * Benchmarks of single pieces of the engine, beside which they have to be since these are
 * package-private.
 */
@NullMarked
package io.eventsource.engine;

import org.jspecify.annotations.NullMarked;
