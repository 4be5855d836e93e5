package dev.weirkeeper.audit.ingest;

import dev.weirkeeper.wire.LedgerAdjustment;
import dev.weirkeeper.wire.LedgerLine;
import dev.weirkeeper.wire.ModelReply;
import dev.weirkeeper.wire.SessionEvent;
import dev.weirkeeper.wire.Task;
import dev.weirkeeper.wire.ToolResult;
import dev.weirkeeper.wire.Usage;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongUnaryOperator;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/**
 * Whether a well-formed record can be stored: names short enough for an index, amounts small enough
 * to add up. What a forged or broken record says must not be able to stop the batch it comes with.
 *
 * <p>Thread-safe.
 */
final class Admission {

  /** Longest name, in characters, of anything that is looked up by it. */
  static final int MAX_NAME = 500;

  /** Largest amount of one line: a million dollars. */
  static final long MAX_NANO_USD = 1_000_000_000_000_000L;

  /** Most tokens of one call. */
  static final long MAX_TOKENS = 1_000_000_000_000L;

  private static final Set<String> NAMES =
      Set.of(
          "session_id",
          "task_id",
          "call_id",
          "tenant",
          "agent",
          "agent_version",
          "name",
          "version",
          "digest",
          "model",
          "price_book",
          "tool",
          "subject",
          "alert_id",
          "decision_id",
          "adjustment_id",
          "erasure_id",
          "topic",
          "kafka_id");

  private final Map<Schema, int[]> positions = new ConcurrentHashMap<>();

  /** Why the record can't be stored; empty if it can. */
  Optional<String> refusal(SpecificRecord record) {
    for (int position : positions.computeIfAbsent(record.getSchema(), Admission::names)) {
      Optional<String> refusal =
          unfit(record.getSchema().getFields().get(position).name(), (String) record.get(position));
      if (refusal.isPresent()) {
        return refusal;
      }
    }
    return switch (record) {
      case Task task -> refusal(task);
      case SessionEvent event -> refusal(event);
      case ModelReply reply -> refusal(reply);
      case ToolResult result -> tooMuch("cost_nano_usd", result.getCostNanoUsd());
      case LedgerAdjustment made -> tooMuch("amount_nano_usd", made.getAmountNanoUsd());
      default -> Optional.empty();
    };
  }

  private static Optional<String> refusal(Task task) {
    if (task.getParent() == null) {
      return Optional.empty();
    }
    return unfit("parent.session_id", task.getParent().getSessionId())
        .or(() -> unfit("parent.task_id", task.getParent().getTaskId()))
        .or(() -> unfit("parent.call_id", task.getParent().getCallId()));
  }

  private static Optional<String> refusal(SessionEvent event) {
    if (event.getSequence() < 1) {
      return Optional.of("sequence is " + event.getSequence() + ", sequences begin at 1");
    }
    for (LedgerLine line : event.getLedger()) {
      Optional<String> refusal =
          tooMuch("ledger amount", line.getAmountNanoUsd())
              .or(() -> unfit("ledger call_id", line.getCallId()))
              .or(() -> unfit("ledger model", line.getModel()))
              .or(() -> unfit("ledger price_book", line.getPriceBook()));
      if (refusal.isPresent()) {
        return refusal;
      }
    }
    return Optional.empty();
  }

  private static Optional<String> refusal(ModelReply reply) {
    Usage usage = reply.getUsage();
    LongUnaryOperator size = tokens -> tokens < 0 ? Long.MAX_VALUE : tokens;
    long most =
        Math.max(
            Math.max(
                size.applyAsLong(usage.getUncachedInput()), size.applyAsLong(usage.getCacheRead())),
            Math.max(
                Math.max(
                    size.applyAsLong(usage.getCacheWrite5m()),
                    size.applyAsLong(usage.getCacheWrite1h())),
                Math.max(
                    size.applyAsLong(usage.getOutput()),
                    size.applyAsLong(usage.getReasoningOutput()))));
    if (most > MAX_TOKENS) {
      return Optional.of("usage must be 0 to " + MAX_TOKENS + " tokens of each class");
    }
    return reply.getCalls().stream()
        .map(call -> unfit("calls.tool", call.getTool()))
        .flatMap(Optional::stream)
        .findFirst()
        .or(() -> tooMuch("cost_nano_usd", reply.getCostNanoUsd()));
  }

  private static Optional<String> tooMuch(String field, long amount) {
    return amount > MAX_NANO_USD || amount < -MAX_NANO_USD
        ? Optional.of("%s is %d, amounts are at most %d".formatted(field, amount, MAX_NANO_USD))
        : Optional.empty();
  }

  private static Optional<String> unfit(String field, @Nullable String name) {
    if (name == null) {
      return Optional.empty();
    }
    if (name.length() > MAX_NAME) {
      return Optional.of(
          "%s has %d characters, at most %d can be stored"
              .formatted(field, name.length(), MAX_NAME));
    }
    return name.indexOf('\0') < 0
        ? Optional.empty()
        : Optional.of(field + " holds a NUL character, which can't be stored in a name");
  }

  private static int[] names(Schema schema) {
    return schema.getFields().stream()
        .filter(field -> NAMES.contains(field.name()) && text(field.schema()))
        .mapToInt(Schema.Field::pos)
        .toArray();
  }

  private static boolean text(Schema schema) {
    return switch (schema.getType()) {
      case STRING -> true;
      case UNION -> schema.getTypes().stream().anyMatch(Admission::text);
      default -> false;
    };
  }
}
