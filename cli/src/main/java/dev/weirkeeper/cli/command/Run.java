package dev.weirkeeper.cli.command;

import dev.weirkeeper.cli.cluster.Cluster;
import dev.weirkeeper.cli.follow.TaskRun;
import dev.weirkeeper.cli.form.TaskFile;
import dev.weirkeeper.cli.form.TaskLine;
import dev.weirkeeper.cli.terminal.Terminal;
import dev.weirkeeper.cli.terminal.Terminal.Style;
import dev.weirkeeper.cli.trouble.ExitCode;
import dev.weirkeeper.cli.trouble.Explanation;
import dev.weirkeeper.cli.trouble.Trouble;
import dev.weirkeeper.wire.Task;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Section.Of(Section.START)
@Command(
    name = "run",
    description = {
      "Run the tasks of a file and show their answers.",
      "One JSON object per line:",
      "  {\"task\": \"...\", \"session\": \"...\", \"agent\": \"...\", \"limits\":"
          + " {\"max_cost_usd\": 0.05}}",
      "Only task is required. A line that can't be used is reported with its number and the others"
          + " run. Uses the cluster that is named or the stack that runs, or starts one. Returns 2"
          + " if a line was refused, 1 if a task did not complete."
    },
    footer = {
      "%nExamples:",
      "  weir run tasks.jsonl",
      "  echo '{\"task\": \"What is 2^32?\"}' | weir run -"
    })
final class Run extends WeirCommand {

  @Parameters(paramLabel = "FILE", description = "the tasks; - for standard input")
  Path file = Path.of("-");

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      description = "longest wait for the last answer (default: 10m)")
  Duration timeout = Duration.ofMinutes(10);

  @Mixin final AnyClusterOptions where = new AnyClusterOptions();

  /** A line that was not run. */
  record Refused(int line, List<String> problems) {}

  @Override
  ExitCode run(Terminal terminal) throws InterruptedException {
    List<Task> tasks = new ArrayList<>();
    boolean refused = false;
    Instant now = Instant.now();
    for (TaskLine line : TaskFile.read(lines())) {
      switch (line) {
        case TaskLine.Read read -> tasks.add(read.request().toTask(now));
        case TaskLine.Refused bad -> {
          refused = true;
          String text =
              "%s:%d: %s".formatted(file, bad.number(), String.join("; ", bad.problems()));
          if (terminal.json()) {
            terminal.show(new Refused(bad.number(), bad.problems()), () -> text);
          } else {
            terminal.note(terminal.styled(Style.BAD, text));
          }
        }
      }
    }
    if (tasks.isEmpty()) {
      throw new Trouble(ExitCode.USAGE, "there is no task to run in " + file);
    }
    ExitCode outcome;
    try (Cluster cluster = where.open(terminal)) {
      outcome = new TaskRun(cluster, terminal, timeout).run(tasks).exitCode();
    } catch (RuntimeException e) {
      throw new Explanation("the cluster").of(e);
    }
    return refused ? ExitCode.USAGE : outcome;
  }

  private List<String> lines() {
    try {
      return file.toString().equals("-")
          ? new String(System.in.readAllBytes(), StandardCharsets.UTF_8).lines().toList()
          : Files.readAllLines(file);
    } catch (IOException e) {
      throw new Trouble(
          ExitCode.USAGE, "the task file %s can't be read (%s)".formatted(file, e), e);
    }
  }
}
