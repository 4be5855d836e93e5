package dev.weirkeeper.cli.command;

import dev.weirkeeper.cli.terminal.Amounts;
import dev.weirkeeper.cli.terminal.Table;
import dev.weirkeeper.cli.terminal.Terminal;
import dev.weirkeeper.cli.trouble.ExitCode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

@Section.Of(Section.MONEY)
@Command(
    name = "cost",
    description = "Sum the ledger by model, agent, tenant, tool, session and more, and by time.",
    footer = {"%nExamples:", "  weir cost", "  weir cost --by agent,model --bucket day"})
final class CostCommand extends WeirCommand {

  @Mixin final ApiOptions api = new ApiOptions();

  @Option(
      names = "--by",
      paramLabel = "DIMENSION",
      split = ",",
      description =
          "tenant, agent, agent_version, model, price_book, tool, session_id, task_id; several"
              + " separated by commas (default: model)")
  List<String> by = List.of("model");

  @Option(
      names = "--bucket",
      paramLabel = "LENGTH",
      description = "divide by hour, day, week or month (UTC)")
  String bucket = "";

  @Option(names = "--from", paramLabel = "TIME", description = "calls begun at or after it")
  String from = "";

  @Option(names = "--to", paramLabel = "TIME", description = "calls begun before it")
  String to = "";

  @Option(names = "--tenant", paramLabel = "NAME", description = "of this tenant")
  String tenant = "";

  @Option(names = "--agent", paramLabel = "NAME", description = "of this agent")
  String agent = "";

  @Option(names = "--model", paramLabel = "NAME", description = "of this model")
  String model = "";

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "most groups (default: 50)",
      defaultValue = "50")
  int limit;

  @Override
  ExitCode run(Terminal terminal) throws InterruptedException {
    Map<String, String> asked = new LinkedHashMap<>();
    asked.put("group_by", String.join(",", by));
    asked.put("bucket", bucket);
    asked.put("from", from);
    asked.put("to", to);
    asked.put("tenant", tenant);
    asked.put("agent", agent);
    asked.put("model", model);
    asked.put("limit", Integer.toString(limit));
    JsonNode answer = api.open().get("/ledger", asked);
    if (terminal.json()) {
      terminal.show(answer, String::new);
      return ExitCode.DONE;
    }
    List<String> heading = new ArrayList<>();
    if (!bucket.isEmpty()) {
      heading.add("from");
    }
    List<String> dimensions = new ArrayList<>();
    answer.path("groups").path(0).path("group").propertyNames().forEach(dimensions::add);
    heading.addAll(dimensions);
    heading.addAll(List.of("calls", "failed", "tokens in", "tokens out", "settled", "unsettled"));
    Table table = new Table(heading.toArray(String[]::new));
    for (JsonNode sum : answer.path("groups")) {
      List<Object> row = new ArrayList<>();
      if (!bucket.isEmpty()) {
        row.add(sum.path("from").asString(""));
      }
      dimensions.forEach(name -> row.add(shown(sum.path("group").path(name).asString(""))));
      amounts(row, sum);
      table.row(row.toArray());
    }
    List<Object> total = new ArrayList<>();
    for (int i = 0; i < heading.size() - 6; i++) {
      total.add(i == 0 ? "all" : "");
    }
    amounts(total, answer.path("total"));
    boolean any = !table.isEmpty();
    if (any) {
      table.row(total.toArray());
    }
    terminal.show(answer, () -> any ? table.toString() : "nothing was spent");
    if (answer.path("truncated").asBoolean(false)) {
      terminal.note("there are more groups, counted in the last line: --limit shows them");
    }
    return ExitCode.DONE;
  }

  private static void amounts(List<Object> row, JsonNode sum) {
    JsonNode usage = sum.path("usage");
    row.add(Amounts.count(sum.path("calls").asLong(0)));
    row.add(Amounts.count(sum.path("failed").asLong(0)));
    row.add(
        Amounts.count(
            usage.path("uncached_input").asLong(0)
                + usage.path("cache_write_5m").asLong(0)
                + usage.path("cache_write_1h").asLong(0)
                + usage.path("cache_read").asLong(0)));
    row.add(Amounts.count(usage.path("output").asLong(0)));
    row.add(Amounts.dollars(sum.path("cost").path("settled").path("nano_usd").asLong(0)));
    row.add(Amounts.dollars(sum.path("cost").path("unsettled").path("nano_usd").asLong(0)));
  }

  private static String shown(String value) {
    return value.isEmpty() ? "-" : value;
  }
}
