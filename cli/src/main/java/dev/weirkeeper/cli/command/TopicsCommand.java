package dev.weirkeeper.cli.command;

import dev.weirkeeper.cli.cluster.Bootstrap;
import dev.weirkeeper.cli.cluster.Cluster;
import dev.weirkeeper.cli.terminal.Table;
import dev.weirkeeper.cli.terminal.Terminal;
import dev.weirkeeper.cli.trouble.ExitCode;
import dev.weirkeeper.schemas.topic.Topic;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.TopicDescription;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Section.Of(Section.CLUSTER)
@Command(
    name = "topics",
    description = "The topics of the system.",
    subcommands = {TopicsCommand.ListTopics.class, TopicsCommand.Create.class})
final class TopicsCommand extends Group {

  @Command(
      name = "list",
      description = "Show the catalogue and what of it is there.",
      footer = {"%nExamples:", "  weir topics list"})
  static final class ListTopics extends ClusterCommand {

    /** A topic as it is shown. */
    record Shown(
        String topic, String value, String key, int partitions, String retention, String writer) {}

    @Override
    ExitCode run(Cluster cluster, Terminal terminal)
        throws InterruptedException, ExecutionException {
      List<Topic<?>> all = cluster.topics().all(cluster.address().pools());
      Set<String> present = cluster.admin().listTopics().names().get();
      Map<String, TopicDescription> described =
          cluster
              .admin()
              .describeTopics(all.stream().map(Topic::name).filter(present::contains).toList())
              .allTopicNames()
              .get();
      Table table = new Table("topic", "value", "key", "partitions", "retention", "written by");
      for (Topic<?> topic : all) {
        TopicDescription description = described.get(topic.name());
        Shown shown =
            new Shown(
                topic.name(),
                topic.value().map(Class::getSimpleName).orElse("bytes"),
                topic.key().name().toLowerCase(java.util.Locale.ROOT),
                description == null ? 0 : description.partitions().size(),
                topic.retention().map(time -> time.toString().substring(2)).orElse("compacted"),
                topic.writer());
        if (terminal.json()) {
          terminal.show(shown, String::new);
        }
        table.row(
            shown.topic(),
            shown.value(),
            shown.key(),
            description == null ? "missing" : shown.partitions(),
            shown.retention(),
            shown.writer());
      }
      if (!terminal.json()) {
        terminal.show(all, table::toString);
      }
      return described.size() == all.size() ? ExitCode.DONE : ExitCode.OUTCOME;
    }
  }

  @Command(
      name = "create",
      description =
          "Create the topics that are missing, give share groups their settings and register the"
              + " schemas. Changes nothing that is there; safe to repeat.",
      footer = {
        "%nExamples:",
        "  weir topics create",
        "  weir topics create --partitions 12 --replication 3 --config production.properties"
      })
  static final class Create extends ClusterCommand {

    @Option(
        names = "--partitions",
        paramLabel = "N",
        description = "partitions of topics keyed by session (default: 12)")
    int partitions = 12;

    @Option(
        names = "--replication",
        paramLabel = "N",
        description = "copies of each partition (default: the broker's default)")
    short replication = -1;

    /** What was done. */
    record Prepared(Bootstrap.TopicsReport topics, List<Bootstrap.Registered> schemas) {}

    @Override
    ExitCode run(Cluster cluster, Terminal terminal)
        throws InterruptedException, ExecutionException {
      Bootstrap bootstrap = new Bootstrap(cluster.topics(), cluster.address().pools());
      Bootstrap.TopicsReport report = bootstrap.topics(cluster.admin(), partitions, replication);
      List<Bootstrap.Registered> schemas = bootstrap.schemas(cluster.registry());
      terminal.show(
          new Prepared(report, schemas),
          () ->
              "%d topics created, %d were there; %d schemas registered"
                  .formatted(report.created().size(), report.present().size(), schemas.size()));
      report.objections().forEach(terminal::note);
      return report.objections().isEmpty() ? ExitCode.DONE : ExitCode.OUTCOME;
    }
  }
}
