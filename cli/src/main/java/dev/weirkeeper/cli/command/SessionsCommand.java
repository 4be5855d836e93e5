package dev.weirkeeper.cli.command;

import dev.weirkeeper.cli.api.AuditApi;
import dev.weirkeeper.cli.terminal.Amounts;
import dev.weirkeeper.cli.terminal.Table;
import dev.weirkeeper.cli.terminal.Terminal;
import dev.weirkeeper.cli.trouble.ExitCode;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

@Section.Of(Section.WORK)
@Command(
    name = "sessions",
    description =
        "List sessions, the one seen last first; with words, those whose task has them. weir show"
            + " tells one.",
    footer = {
      "%nExamples:",
      "  weir sessions",
      "  weir sessions refund --status complete --limit 5"
    })
final class SessionsCommand extends WeirCommand {

  private static final int PAGE = 500;

  @Mixin final ApiOptions api = new ApiOptions();

  @Parameters(
      paramLabel = "WORDS",
      arity = "0..*",
      description = "words of the task, or a session or task id")
  String[] words = {};

  @Option(
      names = "--status",
      paramLabel = "STATUS",
      description = "running, waiting, paused, complete, failed, cancelled …")
  String status = "";

  @Option(names = "--agent", paramLabel = "NAME", description = "of this agent")
  String agent = "";

  @Option(names = "--tenant", paramLabel = "NAME", description = "of this tenant")
  String tenant = "";

  @Option(names = "--from", paramLabel = "TIME", description = "seen at or after it")
  String from = "";

  @Option(names = "--to", paramLabel = "TIME", description = "seen before it")
  String to = "";

  @Option(names = "--min-cost", paramLabel = "USD", description = "settled at least, in dollars")
  BigDecimal minCost = BigDecimal.ZERO;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "how many (default: 20)",
      defaultValue = "20")
  int limit;

  @Override
  ExitCode run(Terminal terminal) throws InterruptedException {
    AuditApi open = api.open();
    Map<String, String> asked = new LinkedHashMap<>();
    asked.put("q", String.join(" ", words));
    asked.put("status", status);
    asked.put("agent", agent);
    asked.put("tenant", tenant);
    asked.put("from", from);
    asked.put("to", to);
    if (minCost.signum() > 0) {
      asked.put("min_cost_nano_usd", minCost.movePointRight(9).toBigInteger().toString());
    }
    Table table =
        new Table("session", "status", "task", "agent", "tenant", "steps", "cost", "last seen");
    int shown = 0;
    String cursor = "";
    do {
      asked.put("limit", Integer.toString(Math.max(1, Math.min(PAGE, limit - shown))));
      asked.put("cursor", cursor);
      JsonNode page = open.get("/sessions", asked);
      for (JsonNode session : page.path("items")) {
        shown++;
        if (terminal.json()) {
          terminal.show(session, String::new);
        } else {
          table.row(
              session.path("session_id").asString(""),
              session.path("status").asString(""),
              Amounts.head(session.path("text").asString(""), 50),
              session.path("agent").asString("-"),
              session.path("tenant").asString("-"),
              Amounts.count(session.path("steps").asLong(0)),
              Amounts.dollars(session.path("cost").path("settled").path("nano_usd").asLong(0)),
              Amounts.moment(Instant.parse(session.path("last_at").asString(""))));
        }
      }
      cursor = page.path("next").asString("");
    } while (!cursor.isEmpty() && shown < limit);
    if (!terminal.json()) {
      terminal.show(table, () -> table.isEmpty() ? "no sessions" : table.toString());
      if (!cursor.isEmpty()) {
        terminal.note("there are more: --limit shows them");
      }
    }
    return ExitCode.DONE;
  }
}
