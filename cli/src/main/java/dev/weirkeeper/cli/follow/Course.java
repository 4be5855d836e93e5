package dev.weirkeeper.cli.follow;

import dev.weirkeeper.wire.EffectSummary;
import dev.weirkeeper.wire.SessionEvent;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * What a task did in a session, or from an event of it on.
 *
 * @param course every model call and tool call it was to make, in order: {@code model} or the name
 *     of the tool
 * @param status in lower case, or "under way"
 * @param costUsd exact, as text so that no reader rounds it
 */
public record Course(
    String sessionId,
    String model,
    String status,
    int steps,
    long tokens,
    String costUsd,
    List<String> course) {

  private static final String END = "PublishResult";

  /**
   * Where a course begins.
   *
   * @param after the last event that does not count
   * @param underWay ids of calls that had been made by then, and count
   * @param steps that had been done by then, and do not count
   */
  public record From(long after, Set<String> underWay, int steps) {
    /** The very beginning. */
    public static final From START = new From(0, Set.of(), 0);
  }

  /**
   * A course from its events.
   *
   * @param events of the session, in order
   */
  public static Course of(List<SessionEvent> events, String taskId, String model, From from) {
    List<String> course = new ArrayList<>();
    String status = "under way";
    int steps = 0;
    long tokens = 0;
    long cost = 0;
    long tokensBefore = 0;
    long costBefore = 0;
    for (SessionEvent event : events) {
      if (!event.getTaskId().equals(taskId)) {
        continue;
      }
      boolean counts = event.getSequence() > from.after;
      for (EffectSummary effect : event.getEffects()) {
        if (counts || from.underWay.contains(effect.getId())) {
          step(effect).ifPresent(course::add);
        }
        if (effect.getKind().equals(END) && effect.getId().equals(taskId)) {
          status = effect.getDetail().split(":", 2)[0].toLowerCase(Locale.ROOT);
        }
      }
      steps = event.getSteps();
      tokens = event.getTokens();
      cost = event.getSpentNanoUsd();
      if (!counts) {
        tokensBefore = tokens;
        costBefore = cost;
      }
    }
    return new Course(
        events.isEmpty() ? "" : events.getFirst().getSessionId(),
        model,
        status,
        steps - from.steps,
        tokens - tokensBefore,
        BigDecimal.valueOf(cost - costBefore, 9).toPlainString(),
        course);
  }

  private static Optional<String> step(EffectSummary effect) {
    return switch (effect.getKind()) {
      case "CallModel" -> Optional.of("model");
      case "CallTool" -> Optional.of(effect.getDetail().split(",", 2)[0]);
      case "StartAgent" -> Optional.of("agent:" + effect.getDetail().split(" ", 2)[0]);
      default -> Optional.empty();
    };
  }
}
