package dev.weirkeeper.planner.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.wire.Usage;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class TokenClassesTest {

  private static final int CASES = 5_000;

  private static long input(Usage usage) {
    return usage.getUncachedInput()
        + usage.getCacheWrite5m()
        + usage.getCacheWrite1h()
        + usage.getCacheRead();
  }

  private static void assertSane(Usage usage) {
    assertThat(
            new long[] {
              usage.getUncachedInput(),
              usage.getCacheWrite5m(),
              usage.getCacheWrite1h(),
              usage.getCacheRead(),
              usage.getOutput(),
              usage.getReasoningOutput()
            })
        .doesNotContain(-1L)
        .satisfies(
            counts -> {
              for (long count : counts) {
                assertThat(count).isNotNegative();
              }
            });
    assertThat(usage.getReasoningOutput()).isLessThanOrEqualTo(usage.getOutput());
  }

  /** A count, or the field left out, or null. */
  private static long maybe(ObjectNode node, String field, Random random) {
    int kind = random.nextInt(4);
    if (kind == 0) {
      return 0;
    }
    if (kind == 1) {
      node.putNull(field);
      return 0;
    }
    long count = random.nextLong(100_000);
    node.put(field, count);
    return count;
  }

  @Nested
  class Classes_sum_to_the_providers_total {

    @Test
    void for_anthropic_whatever_is_left_out_or_contradicts_itself() {
      Random random = new Random(1);
      for (int i = 0; i < CASES; i++) {
        ObjectNode usage = WireJson.object();
        long total = maybe(usage, "input_tokens", random);
        total += maybe(usage, "cache_read_input_tokens", random);
        long written = maybe(usage, "cache_creation_input_tokens", random);
        if (random.nextBoolean()) {
          ObjectNode parts = usage.putObject("cache_creation");
          long byTime = maybe(parts, "ephemeral_5m_input_tokens", random);
          byTime += maybe(parts, "ephemeral_1h_input_tokens", random);
          written = usage.path("cache_creation_input_tokens").isNumber() ? written : byTime;
        }
        long output = random.nextLong(100_000);
        usage.put("output_tokens", output);
        if (random.nextBoolean()) {
          usage.putObject("output_tokens_details").put("thinking_tokens", random.nextLong(200_000));
        }

        Usage classes = TokenClasses.anthropic(usage).orElseThrow();

        assertThat(input(classes)).as("%s", usage).isEqualTo(total + written);
        assertThat(classes.getOutput()).isEqualTo(output);
        assertSane(classes);
      }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void for_openai_whatever_is_left_out_or_contradicts_itself(boolean chat) {
      Random random = new Random(2);
      for (int i = 0; i < CASES; i++) {
        ObjectNode usage = WireJson.object();
        long input = random.nextLong(100_000);
        long output = random.nextLong(100_000);
        usage.put(chat ? "prompt_tokens" : "input_tokens", input);
        usage.put(chat ? "completion_tokens" : "output_tokens", output);
        long total = input + output;
        if (random.nextBoolean()) {
          total += random.nextInt(3) == 0 ? random.nextLong(1000) : 0;
          usage.put("total_tokens", total);
        }
        ObjectNode parts = usage.putObject(chat ? "prompt_tokens_details" : "input_tokens_details");
        maybe(parts, "cached_tokens", random);
        maybe(parts, "cache_write_tokens", random);
        maybe(
            usage.putObject(chat ? "completion_tokens_details" : "output_tokens_details"),
            "reasoning_tokens",
            random);

        Usage classes =
            (chat ? TokenClasses.chat(usage) : TokenClasses.responses(usage)).orElseThrow();

        assertThat(input(classes)).as("%s", usage).isEqualTo(input);
        assertThat(input(classes) + classes.getOutput()).as("%s", usage).isEqualTo(total);
        assertSane(classes);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "[]",
        "null",
        "{\"input_tokens\":5}",
        "{\"input_tokens\":-5,\"output_tokens\":1,\"prompt_tokens\":-5,\"completion_tokens\":1}",
        "{\"input_tokens\":1.5,\"output_tokens\":1,\"prompt_tokens\":1.5,\"completion_tokens\":1}",
        "{\"input_tokens\":\"1\",\"output_tokens\":1,\"prompt_tokens\":\"1\",\"completion_tokens\":1}",
        "{\"input_tokens\":1e30,\"output_tokens\":1,\"prompt_tokens\":1e30,\"completion_tokens\":1}",
        "{\"input_tokens\":1,\"output_tokens\":99999999999999999999,\"prompt_tokens\":1,"
            + "\"completion_tokens\":99999999999999999999}"
      })
  void counts_that_make_no_sense_count_as_absent(String json) {
    JsonNode usage = WireJson.MAPPER.readTree(json);

    assertThat(TokenClasses.anthropic(usage)).isEqualTo(Optional.empty());
    assertThat(TokenClasses.chat(usage)).isEqualTo(Optional.empty());
    assertThat(TokenClasses.responses(usage)).isEqualTo(Optional.empty());
  }

  @Test
  void newer_counts_replace_older_ones_and_null_replaces_nothing() {
    ObjectNode usage =
        WireJson.parseObject(
                "{\"input_tokens\":10,\"cache_creation\":{\"ephemeral_5m_input_tokens\":7},"
                    + "\"output_tokens\":1}")
            .orElseThrow();

    TokenClasses.merge(
        usage,
        WireJson.MAPPER.readTree(
            "{\"input_tokens\":null,\"cache_creation\":{\"ephemeral_1h_input_tokens\":3,"
                + "\"ephemeral_5m_input_tokens\":null},\"output_tokens\":9,\"server_tool_use\":null}"));

    assertThat(usage.toString())
        .isEqualTo(
            "{\"input_tokens\":10,\"cache_creation\":{\"ephemeral_5m_input_tokens\":7,"
                + "\"ephemeral_1h_input_tokens\":3},\"output_tokens\":9,\"server_tool_use\":null}");
  }
}
