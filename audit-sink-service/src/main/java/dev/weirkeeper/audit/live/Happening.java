package dev.weirkeeper.audit.live;

import dev.weirkeeper.audit.access.Tenants;
import dev.weirkeeper.audit.query.Position;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A record that was stored, as far as a watcher is told.
 *
 * @param kind {@code event}, {@code result}, {@code approval_request}, {@code approval_decision},
 *     {@code alert} or {@code dead_letter}
 * @param data what is shown of it
 */
public record Happening(
    String kind,
    @Nullable String sessionId,
    @Nullable String taskId,
    @Nullable String callId,
    Instant at,
    Position position,
    JsonNode data) {

  /**
   * A happening and whose it is.
   *
   * @param tenants of all tasks of its session; empty: it belongs to none
   */
  record Owned(Happening happening, List<String> tenants) {

    boolean seenBy(Tenants watcher) {
      return watcher.all() || (!tenants.isEmpty() && tenants.stream().allMatch(watcher::see));
    }
  }
}
