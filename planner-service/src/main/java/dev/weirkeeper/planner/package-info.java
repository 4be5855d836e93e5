/**
 * The planner service: its settings, its parts started as one, its main method. The loop itself is
 * in {@code session}, what runs it on Kafka in {@code topology}.
 */
@NullMarked
package dev.weirkeeper.planner;

import org.jspecify.annotations.NullMarked;
