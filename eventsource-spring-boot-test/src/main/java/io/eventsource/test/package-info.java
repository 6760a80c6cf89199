/**
 * A test client for Server-Sent Events, over HTTP and with MockMvc, and assertions on
 * what it gets.
 */
@NullMarked
package io.eventsource.test;

import org.jspecify.annotations.NullMarked;
