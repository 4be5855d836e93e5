package dev.weirkeeper.planner.topology;

import java.util.Optional;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * A record the planner writes, already in its wire form.
 *
 * @param partition where it goes if not where its key says
 */
record Outgoing(String topic, @Nullable Bytes value, Optional<Integer> partition) {

  static Outgoing of(String topic, byte @Nullable [] value) {
    return new Outgoing(topic, Bytes.wrap(value), Optional.empty());
  }
}
