package dev.weirkeeper.cli.command;

import dev.weirkeeper.cli.cluster.Cluster;
import dev.weirkeeper.cli.follow.Answer;
import dev.weirkeeper.cli.follow.Happening;
import dev.weirkeeper.cli.follow.TaskFollower;
import dev.weirkeeper.cli.terminal.Terminal;
import dev.weirkeeper.cli.trouble.ExitCode;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Section.Of(Section.WORK)
@Command(
    name = "watch",
    description = "Show what happens from now on, until stopped.",
    footer = {"%nExamples:", "  weir watch", "  weir watch --session SESSION --for 2s"})
final class Watch extends ClusterCommand {

  @Option(names = "--session", paramLabel = "ID", description = "this session only")
  @Nullable String session;

  @Option(names = "--results", description = "results only")
  boolean results;

  @Option(names = "--for", paramLabel = "TIME", description = "stop after this time")
  @Nullable Duration limit;

  @Override
  ExitCode run(Cluster cluster, Terminal terminal) {
    try (TaskFollower follower = TaskFollower.open(cluster)) {
      terminal.note("watching " + cluster.topics().events().name() + "; stop with Ctrl-C");
      follower.until(
          seen -> {
            switch (seen) {
              case TaskFollower.Seen.Happened(var event) -> {
                if (!results && wanted(event.getSessionId())) {
                  Happening happening = Happening.of(event);
                  terminal.show(happening, happening::line);
                }
              }
              case TaskFollower.Seen.Ended(var result) -> {
                if (wanted(result.getSessionId())) {
                  Answer answer = Answer.of(result);
                  terminal.show(answer, () -> answer.text(terminal));
                }
              }
            }
            return false;
          },
          limit == null ? Duration.ofDays(365) : limit);
    }
    return ExitCode.DONE;
  }

  private boolean wanted(String id) {
    return session == null || session.equals(id);
  }
}
