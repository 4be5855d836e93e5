package dev.weirkeeper.cli.follow;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.weirkeeper.cli.terminal.Amounts;
import dev.weirkeeper.cli.terminal.Terminal;
import dev.weirkeeper.cli.terminal.Terminal.Style;
import dev.weirkeeper.wire.TaskResult;
import dev.weirkeeper.wire.TaskStatus;
import dev.weirkeeper.wire.Usage;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How a task ended, as commands show it.
 *
 * @param status in lower case, as in the documents
 * @param costUsd exact, as text so that no reader rounds it
 * @param unsettledUsd what calls whose reply was lost may have cost as well
 */
public record Answer(
    String taskId,
    String sessionId,
    String status,
    String why,
    String text,
    int steps,
    int modelCalls,
    Map<String, Integer> toolCalls,
    Tokens tokens,
    String costUsd,
    String unsettledUsd,
    String agent,
    String agentVersion,
    String model,
    String tenant,
    Map<String, String> metadata,
    long durationMs,
    Place audit) {

  /** Tokens by class; no token is in two of them. */
  public record Tokens(
      long uncachedInput,
      @JsonProperty("cache_write_5m") long cacheWrite5m,
      @JsonProperty("cache_write_1h") long cacheWrite1h,
      long cacheRead,
      long output) {

    /** All input tokens. */
    long input() {
      return uncachedInput + cacheWrite5m + cacheWrite1h + cacheRead;
    }
  }

  /** Where the full record is. */
  public record Place(
      String topic,
      int partition,
      long firstSequence,
      long lastSequence,
      long taskOffset,
      @Nullable String url) {}

  /** Takes the answer out of a result record. */
  public static Answer of(TaskResult result) {
    Usage usage = result.getUsage();
    return new Answer(
        result.getTaskId(),
        result.getSessionId(),
        result.getStatus().name().toLowerCase(Locale.ROOT),
        result.getWhy(),
        result.getText(),
        result.getSteps(),
        result.getModelCalls(),
        new TreeMap<>(result.getToolCalls()),
        new Tokens(
            usage.getUncachedInput(),
            usage.getCacheWrite5m(),
            usage.getCacheWrite1h(),
            usage.getCacheRead(),
            usage.getOutput()),
        exact(result.getCostNanoUsd()),
        exact(result.getUnsettledNanoUsd()),
        result.getAgent(),
        result.getAgentVersion(),
        result.getModel(),
        result.getTenant(),
        new TreeMap<>(result.getMetadata()),
        Duration.between(result.getAcceptedAt(), result.getEndedAt()).toMillis(),
        new Place(
            result.getAudit().getTopic(),
            result.getAudit().getPartition(),
            result.getAudit().getFirstSequence(),
            result.getAudit().getLastSequence(),
            result.getAudit().getTaskOffset(),
            result.getAudit().getUrl()));
  }

  /** True if the task did what it was asked. */
  public boolean complete() {
    return status.equals(TaskStatus.COMPLETE.name().toLowerCase(Locale.ROOT));
  }

  /** The answer for people. */
  public String text(Terminal terminal) {
    String calls =
        toolCalls.isEmpty()
            ? "no tool calls"
            : toolCalls.entrySet().stream()
                .map(call -> call.getKey() + " ×" + call.getValue())
                .collect(Collectors.joining(", "));
    String head =
        terminal.styled(complete() ? Style.GOOD : Style.BAD, status)
            + terminal.styled(Style.FAINT, "  task " + taskId + "  session " + sessionId);
    String body = text.isBlank() ? why : complete() ? text : text + "\n(" + why + ")";
    String bill =
        "%d steps, %d model calls, %s; %s tokens in, %s out; %s%s; %s; %s"
            .formatted(
                steps,
                modelCalls,
                calls,
                Amounts.count(tokens.input()),
                Amounts.count(tokens.output()),
                dollars(costUsd),
                new BigDecimal(unsettledUsd).signum() == 0
                    ? ""
                    : " (and up to " + dollars(unsettledUsd) + " for lost replies)",
                model,
                Amounts.time(Duration.ofMillis(durationMs)));
    return head + "\n" + body.strip().indent(2) + terminal.styled(Style.FAINT, "  " + bill);
  }

  private static String exact(long nanoUsd) {
    return BigDecimal.valueOf(nanoUsd, 9).toPlainString();
  }

  private static String dollars(String exact) {
    return Amounts.dollars(new BigDecimal(exact).movePointRight(9).longValueExact());
  }
}
