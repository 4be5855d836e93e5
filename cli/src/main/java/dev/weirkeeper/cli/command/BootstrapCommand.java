package dev.weirkeeper.cli.command;

import dev.weirkeeper.cli.cluster.Bootstrap;
import dev.weirkeeper.cli.cluster.Cluster;
import dev.weirkeeper.cli.stack.DefaultAgent;
import dev.weirkeeper.cli.stack.ModelAccess;
import dev.weirkeeper.cli.terminal.Terminal;
import dev.weirkeeper.cli.trouble.ExitCode;
import java.util.List;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Section.Of(Section.CLUSTER)
@Command(
    name = "bootstrap",
    description = {
      "Prepare a cluster: topics, settings of share groups, schemas, a default agent.",
      "Does what is missing and changes nothing that is there; run it before every deployment."
    },
    footer = {
      "%nExamples:",
      "  weir bootstrap",
      "  weir bootstrap --partitions 12 --replication 3 --config production.properties"
    })
final class BootstrapCommand extends ClusterCommand {

  @Option(
      names = "--partitions",
      paramLabel = "N",
      description = "partitions of topics keyed by session, when they are created (default: 12)")
  int partitions = 12;

  @Option(
      names = "--replication",
      paramLabel = "N",
      description = "copies of each partition (default: the broker's default)")
  short replication = -1;

  @Option(names = "--no-agent", description = "leave the agents to weir agents apply")
  boolean noAgent;

  /**
   * What was done.
   *
   * @param agentPublished whether the default agent was missing
   */
  record Prepared(
      Bootstrap.TopicsReport topics, List<Bootstrap.Registered> schemas, boolean agentPublished) {}

  @Override
  ExitCode run(Cluster cluster, Terminal terminal) throws InterruptedException, ExecutionException {
    Bootstrap bootstrap = new Bootstrap(cluster.topics(), cluster.address().pools());
    Bootstrap.TopicsReport topics = bootstrap.topics(cluster.admin(), partitions, replication);
    List<Bootstrap.Registered> schemas = bootstrap.schemas(cluster.registry());
    boolean published =
        !noAgent && DefaultAgent.publish(cluster, ModelAccess.of(cluster.address().given()));
    terminal.show(
        new Prepared(topics, schemas, published),
        () ->
            "%d topics created, %d were there; %d schemas registered; default agent %s"
                .formatted(
                    topics.created().size(),
                    topics.present().size(),
                    schemas.size(),
                    published ? "published" : "left as it is"));
    topics.objections().forEach(terminal::note);
    return topics.objections().isEmpty() ? ExitCode.DONE : ExitCode.OUTCOME;
  }
}
