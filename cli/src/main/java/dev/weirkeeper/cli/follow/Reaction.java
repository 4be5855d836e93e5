package dev.weirkeeper.cli.follow;

import dev.weirkeeper.cli.cluster.Cluster;
import dev.weirkeeper.cli.follow.TaskFollower.Seen;
import dev.weirkeeper.wire.InputRef;
import dev.weirkeeper.wire.SessionEvent;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.jspecify.annotations.Nullable;

/**
 * What the planner makes of a record that a person wrote: a record on a topic is a wish, and
 * whether it was granted stands in the session's next event.
 */
public final class Reaction {

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private Reaction() {}

  /** Something that writes one record. */
  @FunctionalInterface
  public interface Write {
    RecordMetadata run() throws InterruptedException;
  }

  /** Writes a record and waits ten seconds for the event that it caused. */
  public static Optional<SessionEvent> to(Cluster cluster, Write write)
      throws InterruptedException {
    try (TaskFollower follower = TaskFollower.open(cluster)) {
      RecordMetadata written = write.run();
      AtomicReference<@Nullable SessionEvent> reaction = new AtomicReference<>();
      follower.until(
          seen -> {
            if (seen instanceof Seen.Happened(SessionEvent event)
                && causedBy(event.getInput(), written)) {
              reaction.set(event);
              return true;
            }
            return false;
          },
          PATIENCE);
      return Optional.ofNullable(reaction.get());
    }
  }

  private static boolean causedBy(@Nullable InputRef input, RecordMetadata written) {
    return input != null
        && input.getTopic().equals(written.topic())
        && input.getPartition() == written.partition()
        && input.getOffset() == written.offset();
  }
}
