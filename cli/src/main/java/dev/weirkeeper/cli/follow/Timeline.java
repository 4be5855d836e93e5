package dev.weirkeeper.cli.follow;

import dev.weirkeeper.cli.terminal.Amounts;
import dev.weirkeeper.cli.terminal.Terminal;
import dev.weirkeeper.cli.terminal.Terminal.Style;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;

/**
 * A session's events as a person reads them: when, where in the loop, why, and what was decided.
 */
public final class Timeline {

  private static final int REASON = 100;

  private Timeline() {}

  /** The events of a session, in order, as text. */
  public static String text(List<Happening> events, Terminal terminal) {
    StringBuilder text = new StringBuilder();
    String task = "";
    for (int i = 0; i < events.size(); i++) {
      Happening event = events.get(i);
      if (!event.taskId().equals(task)) {
        task = event.taskId();
        text.append(terminal.styled(Style.BOLD, "task " + task))
            .append("  ")
            .append(Amounts.moment(event.at()))
            .append('\n');
      }
      Duration since =
          i == 0 ? Duration.ZERO : Duration.between(events.get(i - 1).at(), event.at());
      text.append(
          "%4d %9s  %-8s %s%n"
              .formatted(
                  event.sequence(),
                  "+" + Amounts.time(since),
                  event.phase(),
                  Amounts.head(
                      event.reason().isEmpty()
                          ? event.type()
                          : event.type() + ": " + event.reason(),
                      REASON)));
      for (Happening.Decided decided : event.effects()) {
        text.append(
            terminal.styled(
                Style.FAINT,
                "%26s→ %s %s  %s%n"
                    .formatted(
                        "", decided.kind(), decided.id(), Amounts.head(decided.detail(), REASON))));
      }
      if (event.phase().equals("end")) {
        text.append(
            terminal.styled(
                Style.FAINT,
                "%26s= %d steps, %s tokens, %s%n"
                    .formatted(
                        "",
                        event.steps(),
                        Amounts.count(event.tokens()),
                        Amounts.dollars(
                            new BigDecimal(event.spentUsd()).movePointRight(9).longValueExact()))));
      }
    }
    return text.toString().stripTrailing();
  }
}
