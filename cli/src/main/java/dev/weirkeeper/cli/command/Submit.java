package dev.weirkeeper.cli.command;

import dev.weirkeeper.cli.cluster.Cluster;
import dev.weirkeeper.cli.follow.TaskRun;
import dev.weirkeeper.cli.form.TaskRequest;
import dev.weirkeeper.cli.terminal.Terminal;
import dev.weirkeeper.cli.trouble.ExitCode;
import dev.weirkeeper.wire.Task;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Section.Of(Section.WORK)
@Command(
    name = "submit",
    description = "Produce one task; with --watch follow it to its answer.",
    footer = {
      "%nExamples:",
      "  weir submit \"What is 2^32, and can you look up user u_001?\" --watch",
      "  weir submit \"Which open tickets are there?\" --session SESSION --id monday-1"
    })
final class Submit extends ClusterCommand {

  @Parameters(paramLabel = "TASK", description = "what to do")
  String text = "";

  @Option(names = "--watch", description = "wait for the answer and show what happens until then")
  boolean watch;

  @Option(names = "--session", paramLabel = "ID", description = "go on with this session")
  @Nullable String session;

  @Option(names = "--id", paramLabel = "ID", description = "task id, to make a retry harmless")
  @Nullable String id;

  @Option(names = "--agent", paramLabel = "NAME", description = "agent (default: default)")
  String agent = TaskRequest.DEFAULT_AGENT;

  @Option(names = "--tenant", paramLabel = "NAME", description = "who is charged")
  String tenant = TaskRequest.DEFAULT_TENANT;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      description = "longest wait with --watch (default: 10m)")
  Duration timeout = Duration.ofMinutes(10);

  /** Where a task was written. */
  record Submitted(String taskId, String sessionId, String topic, int partition, long offset) {}

  @Override
  ExitCode run(Cluster cluster, Terminal terminal) throws InterruptedException {
    Task task =
        new TaskRequest(
                text,
                Optional.ofNullable(id),
                Optional.ofNullable(session),
                agent,
                Optional.empty(),
                Optional.empty(),
                tenant,
                Optional.empty(),
                Map.of())
            .toTask(Instant.now());
    if (watch) {
      return new TaskRun(cluster, terminal, timeout).run(List.of(task)).exitCode();
    }
    RecordMetadata written =
        cluster
            .write(
                cluster.topics().tasks(), List.of(new Cluster.Keyed<>(task.getSessionId(), task)))
            .getFirst();
    Submitted submitted =
        new Submitted(
            task.getTaskId(),
            task.getSessionId(),
            written.topic(),
            written.partition(),
            written.offset());
    terminal.show(
        submitted,
        () ->
            "task %s in session %s at %s-%d@%d"
                .formatted(
                    submitted.taskId(),
                    submitted.sessionId(),
                    submitted.topic(),
                    submitted.partition(),
                    submitted.offset()));
    return ExitCode.DONE;
  }
}
