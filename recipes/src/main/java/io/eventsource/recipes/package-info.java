/**
 * The code of {@code docs/recipes.md}: where events may come from, each recipe a class or
 * two.
 */
@NullMarked
package io.eventsource.recipes;

import org.jspecify.annotations.NullMarked;
