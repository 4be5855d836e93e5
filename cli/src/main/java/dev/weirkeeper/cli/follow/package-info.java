/**
 * Following tasks from outside, as any program on Kafka could: produce to the task topic, read the
 * event and result topics.
 *
 * <p>Start with {@link dev.weirkeeper.cli.follow.TaskFollower}.
 */
@NullMarked
package dev.weirkeeper.cli.follow;

import org.jspecify.annotations.NullMarked;
