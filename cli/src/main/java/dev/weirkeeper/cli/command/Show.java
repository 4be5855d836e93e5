package dev.weirkeeper.cli.command;

import dev.weirkeeper.cli.cluster.Cluster;
import dev.weirkeeper.cli.cluster.TopicScan;
import dev.weirkeeper.cli.follow.Answer;
import dev.weirkeeper.cli.follow.Happening;
import dev.weirkeeper.cli.follow.Timeline;
import dev.weirkeeper.cli.terminal.Terminal;
import dev.weirkeeper.cli.trouble.ExitCode;
import dev.weirkeeper.cli.trouble.Trouble;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Section.Of(Section.WORK)
@Command(
    name = "show",
    description =
        "Show a session from the topics: its events in order, each with what was decided and why,"
            + " and its results.",
    footer = {"%nExamples:", "  weir show SESSION", "  weir show SESSION --json"})
final class Show extends ClusterCommand {

  @Parameters(paramLabel = "SESSION", description = "session id")
  String session = "";

  @Override
  ExitCode run(Cluster cluster, Terminal terminal) {
    TopicScan scan = new TopicScan(cluster);
    List<Happening> events = new ArrayList<>();
    scan.values(
        cluster.topics().events(),
        Optional.of(session),
        read -> read.value().map(Happening::of).ifPresent(events::add));
    List<Answer> answers = new ArrayList<>();
    scan.values(
        cluster.topics().results(),
        Optional.of(session),
        read -> read.value().map(Answer::of).ifPresent(answers::add));
    if (events.isEmpty() && answers.isEmpty()) {
      throw new Trouble(
          ExitCode.NOT_FOUND,
          "the topics hold nothing of a session %s: check the id, or look in the audit store if it is older than the topics keep"
              .formatted(session));
    }
    if (terminal.json()) {
      events.forEach(event -> terminal.show(event, String::new));
      answers.forEach(answer -> terminal.show(answer, String::new));
    } else {
      terminal.show(events, () -> Timeline.text(events, terminal));
      answers.forEach(answer -> terminal.show(answer, () -> "\n" + answer.text(terminal)));
    }
    return ExitCode.DONE;
  }
}
