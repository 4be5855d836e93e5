package dev.weirkeeper.cli.command;

import dev.weirkeeper.cli.cluster.Cluster;
import dev.weirkeeper.cli.terminal.Amounts;
import dev.weirkeeper.cli.terminal.Terminal;
import dev.weirkeeper.cli.trouble.ExitCode;
import dev.weirkeeper.cli.trouble.Trouble;
import dev.weirkeeper.planner.replay.RecordedSession;
import dev.weirkeeper.planner.replay.Replay;
import dev.weirkeeper.wire.SessionEvent;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Section.Of(Section.WORK)
@Command(
    name = "replay",
    description =
        "Run a recorded session through this version's planner and compare every decision. Calls"
            + " nothing, writes nothing. Returns 1 at the first difference.",
    footer = {"%nExamples:", "  weir replay SESSION"})
final class ReplayCommand extends ClusterCommand {

  private static final int SHOWN = 400;

  @Parameters(paramLabel = "SESSION", description = "session id")
  String session = "";

  /** What came of a replay. */
  record Replayed(
      String sessionId,
      String outcome,
      int decisions,
      long sequence,
      String field,
      String detail) {}

  @Override
  ExitCode run(Cluster cluster, Terminal terminal) {
    RecordedSession recorded =
        RecordedSession.read(
                session,
                cluster.topics(),
                cluster.address().connection().consumer(),
                cluster.address().redaction())
            .orElseThrow(
                () ->
                    new Trouble(
                        ExitCode.NOT_FOUND, "the topics hold no event of a session " + session));
    return switch (Replay.of(recorded, cluster.topics())) {
      case Replay.Outcome.Same same -> {
        terminal.show(
            new Replayed(session, "same", same.decisions(), 0, "", ""),
            () -> "all %d decisions are the same".formatted(same.decisions()) + since(recorded));
        yield ExitCode.DONE;
      }
      case Replay.Outcome.Different different -> {
        terminal.show(
            new Replayed(
                session,
                "different",
                recorded.events().size(),
                different.sequence(),
                different.field(),
                "recorded %s, today %s".formatted(different.recorded(), different.today())),
            () ->
                "decision %d differs in %s:\n  recorded %s\n  today    %s"
                    .formatted(
                        different.sequence(),
                        different.field(),
                        Amounts.head(different.recorded(), SHOWN),
                        Amounts.head(different.today(), SHOWN)));
        yield ExitCode.OUTCOME;
      }
      case Replay.Outcome.Incomplete incomplete -> {
        terminal.show(
            new Replayed(
                session,
                "incomplete",
                recorded.events().size(),
                incomplete.sequence(),
                "",
                incomplete.missing()),
            () ->
                "decision %d can't be repeated: %s is no longer kept"
                    .formatted(incomplete.sequence(), incomplete.missing()));
        yield ExitCode.OUTCOME;
      }
    };
  }

  /** Of a session that its planner had forgotten, only what came after can be run. */
  private static String since(RecordedSession recorded) {
    SessionEvent first = recorded.lifeUpTo(Long.MAX_VALUE).getFirst();
    return first.getForgotten() == null
        ? ""
        : " since event %d; what was before it the planner had forgotten"
            .formatted(first.getSequence());
  }
}
