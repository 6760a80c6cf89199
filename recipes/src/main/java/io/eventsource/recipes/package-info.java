/**
 * The code of {@code docs/recipes.md}: sources of events, each recipe in one or two
 * classes.
 */
@NullMarked
package io.eventsource.recipes;

import org.jspecify.annotations.NullMarked;
