/** What services want of a Kafka cluster: its features, its settings, their rights on it. */
@NullMarked
package dev.weirkeeper.system.cluster;

import org.jspecify.annotations.NullMarked;
