package dev.weirkeeper.cli.command;

import dev.weirkeeper.cli.cluster.LeastRights;
import dev.weirkeeper.cli.cluster.LeastRights.Role;
import dev.weirkeeper.cli.terminal.Terminal;
import dev.weirkeeper.cli.trouble.ExitCode;
import dev.weirkeeper.schemas.topic.Topics;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Section.Of(Section.CLUSTER)
@Command(
    name = "acls",
    description = {
      "Print the kafka-acls.sh commands that give each service and user the fewest rights it works"
          + " with.",
      "Asks no cluster and changes nothing. Roles: planner, tool-executor, audit-sink, console,"
          + " bootstrap, submitter, approver, operator."
    },
    footer = {"%nExamples:", "  weir acls --principal planner=User:planner"})
final class AclsCommand extends WeirCommand {

  @Option(
      names = "--prefix",
      paramLabel = "PREFIX",
      description = "what the topics' names start with (default: agent.)")
  String prefix = Topics.DEFAULT_PREFIX;

  @Option(
      names = "--pools",
      paramLabel = "POOL",
      split = ",",
      description = "tool pools, separated by commas (default: default)")
  List<String> pools = new ArrayList<>(List.of(Topics.DEFAULT_POOL));

  @Option(
      names = "--bootstrap",
      paramLabel = "HOST:PORT",
      description = "brokers, as the commands name them (default: localhost:9092)")
  String bootstrap = "localhost:9092";

  @Option(
      names = "--principal",
      paramLabel = "ROLE=PRINCIPAL",
      description = "who has a role, such as planner=User:CN=planner (default: User:<role>)")
  Map<Role, String> principals = new LinkedHashMap<>();

  /** One command as it is shown. */
  record Shown(String role, String principal, String command) {}

  @Override
  ExitCode run(Terminal terminal) {
    LeastRights rights = new LeastRights(new Topics(prefix), pools);
    for (Role role : Role.values()) {
      String principal = principals.getOrDefault(role, "User:" + role.word());
      terminal.note("# " + role.who());
      for (LeastRights.Right right : rights.of(role)) {
        Shown shown = new Shown(role.word(), principal, right.command(bootstrap, principal));
        terminal.show(shown, shown::command);
      }
    }
    return ExitCode.DONE;
  }
}
