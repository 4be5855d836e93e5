package dev.weirkeeper.cli.follow;

import dev.weirkeeper.cli.terminal.Amounts;
import dev.weirkeeper.wire.SessionEvent;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One event of a session, as commands show it.
 *
 * @param phase place in the loop: plan, act, observe, reflect, end
 * @param effects what was decided
 */
public record Happening(
    String sessionId,
    long sequence,
    String taskId,
    String type,
    String phase,
    int turn,
    String state,
    String reason,
    List<Decided> effects,
    int steps,
    long tokens,
    String spentUsd,
    Instant at) {

  /** One thing the planner decided to do. */
  public record Decided(String kind, String id, String detail) {}

  /** Takes what is shown out of an event record. */
  public static Happening of(SessionEvent event) {
    return new Happening(
        event.getSessionId(),
        event.getSequence(),
        event.getTaskId(),
        event.getType(),
        event.getPhase().name().toLowerCase(Locale.ROOT),
        event.getTurn(),
        event.getState(),
        event.getReason(),
        event.getEffects().stream()
            .map(effect -> new Decided(effect.getKind(), effect.getId(), effect.getDetail()))
            .toList(),
        event.getSteps(),
        event.getTokens(),
        BigDecimal.valueOf(event.getSpentNanoUsd(), 9).toPlainString(),
        event.getAt());
  }

  /** The event on one line: who, where in the loop, why, and what was decided. */
  public String line() {
    String decided =
        effects.stream()
            .map(effect -> effect.kind() + " " + effect.id())
            .collect(Collectors.joining(", "));
    return "%s  #%d %-8s %s%s"
        .formatted(
            taskId.isEmpty() ? sessionId : taskId,
            sequence,
            phase,
            Amounts.head(reason.isEmpty() ? type : type + ": " + reason, 100),
            decided.isEmpty() ? "" : "  → " + Amounts.head(decided, 80));
  }

  /**
   * What was decided, for someone who only wants to see that it goes on; empty if nothing was.
   *
   * @param who what the line begins with
   */
  public String progress(String who) {
    String decided =
        effects.stream()
            .flatMap(
                effect ->
                    switch (effect.kind()) {
                      case "CallModel" -> Stream.of("asks the model");
                      case "StartAgent" -> Stream.of("starts agent " + effect.detail());
                      case "CallTool" -> Stream.of("calls " + effect.detail().split(",", 2)[0]);
                      case "RequestApproval" -> Stream.of("waits for a person: " + effect.id());
                      case "PublishResult" -> Stream.of("ends");
                      default -> Stream.empty();
                    })
            .collect(Collectors.joining(", "));
    return decided.isEmpty() ? "" : "%sstep %d  %s".formatted(who, steps, decided);
  }
}
