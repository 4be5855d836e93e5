package dev.weirkeeper.planner.topology;

import dev.weirkeeper.planner.session.SessionState;
import dev.weirkeeper.wire.ModelChoice;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A session in memory: its state and its prompt as far as it has been encoded. Can be dropped. */
final class LiveSession {
  final String id;
  SessionState state;
  String lastHash;

  /** When somebody looks at it again, if that has been arranged. */
  @Nullable Instant alarm;

  private @Nullable ModelChoice encodedFor;
  private List<byte[]> fragments = new ArrayList<>();

  LiveSession(String id, SessionState state, String lastHash) {
    this.id = id;
    this.state = state;
    this.lastHash = lastHash;
  }

  boolean running() {
    return state instanceof SessionState.Running;
  }

  /** The fragments encoded so far for a model; none if they were encoded for another. */
  List<byte[]> fragmentsFor(ModelChoice choice) {
    if (!choice.equals(encodedFor)) {
      encodedFor = choice;
      fragments = new ArrayList<>();
    }
    return fragments;
  }
}
