package dev.weirkeeper.cli.command;

import dev.weirkeeper.cli.cluster.Cluster;
import dev.weirkeeper.cli.follow.Reaction;
import dev.weirkeeper.cli.terminal.Terminal;
import dev.weirkeeper.cli.trouble.ExitCode;
import dev.weirkeeper.wire.Control;
import dev.weirkeeper.wire.ControlKind;
import dev.weirkeeper.wire.SessionEvent;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Commands that stop, pause or resume a session. */
final class ControlCommands {

  private ControlCommands() {}

  abstract static class ControlCommand extends ClusterCommand {

    @Parameters(paramLabel = "SESSION", description = "session id")
    String session = "";

    @Option(names = "--reason", paramLabel = "WORDS", description = "why; stands in the result")
    String reason = "";

    @Mixin final Person person = new Person();

    /**
     * A control record that was written.
     *
     * @param planner what the planner says to it; absent: nothing yet
     */
    record Written(
        String controlId,
        String sessionId,
        String kind,
        String requestedBy,
        @Nullable String planner) {}

    final ExitCode write(
        Cluster cluster, Terminal terminal, ControlKind kind, @Nullable String task)
        throws InterruptedException {
      Control control =
          Control.newBuilder()
              .setControlId("control-" + UUID.randomUUID())
              .setSessionId(session)
              .setTaskId(task)
              .setKind(kind)
              .setReason(reason)
              .setRequestedBy(person.name())
              .setRequestedAt(Instant.now())
              .build();
      Optional<SessionEvent> reaction =
          Reaction.to(
              cluster,
              () ->
                  cluster
                      .write(
                          cluster.topics().controls(),
                          List.of(new Cluster.Keyed<>(session, control)))
                      .getFirst());
      Written written =
          new Written(
              control.getControlId(),
              session,
              kind.name().toLowerCase(Locale.ROOT),
              control.getRequestedBy(),
              reaction.map(SessionEvent::getReason).orElse(null));
      terminal.show(
          written,
          () ->
              "%s written for session %s%s"
                  .formatted(written.kind(), session, Person.planner(written.planner())));
      return ExitCode.DONE;
    }
  }

  @Section.Of(Section.WORK)
  @Command(
      name = "cancel",
      description = "Stop the running task of a session; the session can go on later.",
      footer = {"%nExamples:", "  weir cancel SESSION --reason \"not needed any more\""})
  static final class Cancel extends ControlCommand {

    @Option(names = "--task", paramLabel = "ID", description = "only if this task is meant")
    @Nullable String task;

    @Override
    ExitCode run(Cluster cluster, Terminal terminal) throws InterruptedException {
      return write(cluster, terminal, ControlKind.CANCEL, task);
    }
  }

  @Section.Of(Section.WORK)
  @Command(
      name = "pause",
      description = "Start no new call of a session until it is resumed.",
      footer = {"%nExamples:", "  weir pause SESSION"})
  static final class Pause extends ControlCommand {
    @Override
    ExitCode run(Cluster cluster, Terminal terminal) throws InterruptedException {
      return write(cluster, terminal, ControlKind.PAUSE, null);
    }
  }

  @Section.Of(Section.WORK)
  @Command(
      name = "resume",
      description = "Let a paused session go on.",
      footer = {"%nExamples:", "  weir resume SESSION"})
  static final class Resume extends ControlCommand {
    @Override
    ExitCode run(Cluster cluster, Terminal terminal) throws InterruptedException {
      return write(cluster, terminal, ControlKind.RESUME, null);
    }
  }
}
