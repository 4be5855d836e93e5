/** Tests of the JSON of models and tools. */
@NullMarked
package dev.weirkeeper.planner.json;

import org.jspecify.annotations.NullMarked;
