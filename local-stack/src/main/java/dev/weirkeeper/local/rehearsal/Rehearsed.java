package dev.weirkeeper.local.rehearsal;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What the model does in a turn, filled in.
 *
 * @param stop the provider's word for why it stopped
 * @param fault what goes wrong instead; absent: nothing does
 */
record Rehearsed(
    String text, List<Call> calls, String stop, Duration latency, Scenario.@Nullable Fault fault) {

  /** A tool call. */
  record Call(String tool, JsonNode input) {}
}
