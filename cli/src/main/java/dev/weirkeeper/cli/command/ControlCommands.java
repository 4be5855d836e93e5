package dev.weirkeeper.cli.command;

import dev.weirkeeper.cli.cluster.Cluster;
import dev.weirkeeper.cli.terminal.Terminal;
import dev.weirkeeper.cli.trouble.ExitCode;
import dev.weirkeeper.wire.Control;
import dev.weirkeeper.wire.ControlKind;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
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

    /** A control record that was written. */
    record Written(String controlId, String sessionId, String kind, String requestedBy) {}

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
      cluster.write(cluster.topics().controls(), List.of(new Cluster.Keyed<>(session, control)));
      Written written =
          new Written(
              control.getControlId(),
              session,
              kind.name().toLowerCase(Locale.ROOT),
              control.getRequestedBy());
      terminal.show(written, () -> written.kind() + " written for session " + session);
      return ExitCode.DONE;
    }
  }

  @Command(
      name = "cancel",
      description = "Stop the running task of a session; the session can go on later.")
  static final class Cancel extends ControlCommand {

    @Option(names = "--task", paramLabel = "ID", description = "only if this task is meant")
    @Nullable String task;

    @Override
    ExitCode run(Cluster cluster, Terminal terminal) throws InterruptedException {
      return write(cluster, terminal, ControlKind.CANCEL, task);
    }
  }

  @Command(name = "pause", description = "Start no new call of a session until it is resumed.")
  static final class Pause extends ControlCommand {
    @Override
    ExitCode run(Cluster cluster, Terminal terminal) throws InterruptedException {
      return write(cluster, terminal, ControlKind.PAUSE, null);
    }
  }

  @Command(name = "resume", description = "Let a paused session go on.")
  static final class Resume extends ControlCommand {
    @Override
    ExitCode run(Cluster cluster, Terminal terminal) throws InterruptedException {
      return write(cluster, terminal, ControlKind.RESUME, null);
    }
  }
}
