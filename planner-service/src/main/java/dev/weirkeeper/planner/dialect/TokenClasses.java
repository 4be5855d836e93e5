package dev.weirkeeper.planner.dialect;

import dev.weirkeeper.wire.Usage;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Sorts the tokens that a provider reports into disjoint classes that sum to its own total.
 *
 * <p>Anthropic's {@code input_tokens} is what neither a cache read nor a cache write covers;
 * OpenAI's counts include both. Where parts contradict a whole, the whole holds: parts are cut to
 * it. Counts that are negative, no whole numbers or absurdly large make the report worthless, and
 * it is treated as absent.
 */
final class TokenClasses {

  private static final long ABSURD = 10_000_000_000L;

  private TokenClasses() {}

  /**
   * Lays newer counts over older ones: fields that are null or absent in the newer keep their
   * value. Counts are cumulative in Anthropic's streams, so nothing is added.
   */
  static void merge(ObjectNode older, JsonNode newer) {
    newer
        .properties()
        .forEach(
            field -> {
              if (field.getValue() instanceof ObjectNode inner
                  && older.get(field.getKey()) instanceof ObjectNode known) {
                merge(known, inner);
              } else if (!field.getValue().isNull() || !older.has(field.getKey())) {
                older.set(field.getKey(), field.getValue().deepCopy());
              }
            });
  }

  /**
   * Anthropic's counts. Where {@code iterations} are named they are the truth for all attempts that
   * the provider made by itself, and the top level stands for the last only.
   */
  static Optional<Usage> anthropic(JsonNode usage) {
    JsonNode iterations = usage.path("iterations");
    if (!iterations.isArray() || iterations.isEmpty()) {
      return anthropicOnce(usage);
    }
    Usage sum = Usage.newBuilder().build();
    for (JsonNode iteration : iterations) {
      Optional<Usage> one = anthropicOnce(iteration);
      if (one.isEmpty()) {
        return Optional.empty();
      }
      sum = plus(sum, one.get());
    }
    return Optional.of(sum);
  }

  private static Optional<Usage> anthropicOnce(JsonNode usage) {
    if (!usage.path("output_tokens").isNumber()) {
      return Optional.empty();
    }
    long written = count(usage, "cache_creation_input_tokens");
    JsonNode byTime = usage.path("cache_creation");
    long oneHour = count(byTime, "ephemeral_1h_input_tokens");
    long fiveMinutes = count(byTime, "ephemeral_5m_input_tokens");
    if (!usage.path("cache_creation_input_tokens").isNumber()) {
      written = oneHour + fiveMinutes;
    }
    long long1h = Math.min(oneHour, written);
    return checked(
        count(usage, "input_tokens"),
        written - long1h,
        long1h,
        count(usage, "cache_read_input_tokens"),
        count(usage, "output_tokens"),
        count(usage.path("output_tokens_details"), "thinking_tokens"));
  }

  /** Counts of Chat Completions. */
  static Optional<Usage> chat(JsonNode usage) {
    return openAi(
        usage,
        "prompt_tokens",
        "prompt_tokens_details",
        "completion_tokens",
        "completion_tokens_details");
  }

  /** Counts of Responses. */
  static Optional<Usage> responses(JsonNode usage) {
    return openAi(
        usage, "input_tokens", "input_tokens_details", "output_tokens", "output_tokens_details");
  }

  private static Optional<Usage> openAi(
      JsonNode usage, String inputName, String inputParts, String outputName, String outputParts) {
    if (!usage.path(inputName).isNumber() || !usage.path(outputName).isNumber()) {
      return Optional.empty();
    }
    long input = count(usage, inputName);
    long read = Math.min(input, count(usage.path(inputParts), "cached_tokens"));
    long written = Math.min(input - read, count(usage.path(inputParts), "cache_write_tokens"));
    // Some compatible servers leave reasoning out of the output but not out of the total.
    long output = Math.max(count(usage, outputName), count(usage, "total_tokens") - input);
    long reasoning = count(usage.path(outputParts), "reasoning_tokens");
    return checked(input - read - written, written, 0, read, output, reasoning);
  }

  private static Optional<Usage> checked(
      long uncached, long write5m, long write1h, long read, long output, long reasoning) {
    for (long count : new long[] {uncached, write5m, write1h, read, output, reasoning}) {
      if (count < 0 || count > ABSURD) {
        return Optional.empty();
      }
    }
    return Optional.of(
        new Usage(uncached, write5m, write1h, read, output, Math.min(reasoning, output)));
  }

  private static long count(JsonNode usage, String field) {
    JsonNode value = usage.path(field);
    if (value.isMissingNode() || value.isNull()) {
      return 0;
    }
    return value.isIntegralNumber() && value.canConvertToLong() ? value.longValue() : -1;
  }

  private static Usage plus(Usage one, Usage other) {
    return new Usage(
        one.getUncachedInput() + other.getUncachedInput(),
        one.getCacheWrite5m() + other.getCacheWrite5m(),
        one.getCacheWrite1h() + other.getCacheWrite1h(),
        one.getCacheRead() + other.getCacheRead(),
        one.getOutput() + other.getOutput(),
        one.getReasoningOutput() + other.getReasoningOutput());
  }
}
