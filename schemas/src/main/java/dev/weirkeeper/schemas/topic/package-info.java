/**
 * The topic catalogue: names, keys, values, retention and writers. It creates nothing; whoever
 * prepares a cluster asks a {@link dev.weirkeeper.schemas.topic.Topic} for its settings. Start with
 * {@link dev.weirkeeper.schemas.topic.Topics}.
 */
@NullMarked
package dev.weirkeeper.schemas.topic;

import org.jspecify.annotations.NullMarked;
