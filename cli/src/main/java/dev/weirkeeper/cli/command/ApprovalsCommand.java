package dev.weirkeeper.cli.command;

import dev.weirkeeper.cli.cluster.Cluster;
import dev.weirkeeper.cli.cluster.TopicScan;
import dev.weirkeeper.cli.terminal.Amounts;
import dev.weirkeeper.cli.terminal.Table;
import dev.weirkeeper.cli.terminal.Terminal;
import dev.weirkeeper.cli.trouble.ExitCode;
import dev.weirkeeper.wire.ApprovalRequest;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;

@Section.Of(Section.PEOPLE)
@Command(
    name = "approvals",
    description = "Show the calls that wait for a person.",
    footer = {"%nExamples:", "  weir approvals"})
final class ApprovalsCommand extends ClusterCommand {

  /** A waiting call as it is shown. */
  record Waiting(
      String callId,
      String kind,
      String tool,
      String arguments,
      String question,
      String agent,
      String tenant,
      Instant expiresAt) {}

  @Override
  ExitCode run(Cluster cluster, Terminal terminal) {
    TopicScan scan = new TopicScan(cluster);
    Map<String, ApprovalRequest> open = new LinkedHashMap<>();
    scan.values(
        cluster.topics().approvalRequests(),
        Optional.empty(),
        read -> read.value().ifPresent(request -> open.put(request.getCallId(), request)));
    scan.values(
        cluster.topics().approvalDecisions(),
        Optional.empty(),
        read ->
            read.value()
                .ifPresent(
                    decision -> {
                      ApprovalRequest request = open.get(decision.getCallId());
                      if (request != null
                          && request.getArgumentsHash().equals(decision.getArgumentsHash())) {
                        open.remove(decision.getCallId());
                      }
                    }));
    Instant now = Instant.now();
    Table table = new Table("call", "tool", "arguments", "agent", "expires");
    for (ApprovalRequest request : open.values()) {
      if (request.getExpiresAt().isBefore(now)) {
        continue;
      }
      Waiting waiting =
          new Waiting(
              request.getCallId(),
              request.getKind().name().toLowerCase(Locale.ROOT),
              request.getTool(),
              request.getArguments(),
              request.getQuestion(),
              request.getAgent(),
              request.getTenant(),
              request.getExpiresAt());
      if (terminal.json()) {
        terminal.show(waiting, String::new);
      }
      table.row(
          waiting.callId(),
          waiting.tool(),
          Amounts.head(waiting.arguments(), 60),
          waiting.agent(),
          Amounts.moment(waiting.expiresAt()));
    }
    if (!terminal.json()) {
      terminal.show(open, () -> table.isEmpty() ? "nothing waits for a person" : table.toString());
    }
    return ExitCode.DONE;
  }
}
