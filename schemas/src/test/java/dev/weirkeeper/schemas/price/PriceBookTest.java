package dev.weirkeeper.schemas.price;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.weirkeeper.wire.Price;
import dev.weirkeeper.wire.Usage;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PriceBookTest {

  private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
  private static final PriceBook BOOK = PriceBook.shipped();

  private static final String SMALL =
      """
      version: v1
      fallback: {source: none, input: 100, output: 200}
      aliases: {nick: plain}
      prices:
        - models: [plain]
          valid_from: 2026-01-01
          source: test
          input: 1
          output: 2
        - models: [plain]
          valid_from: 2026-02-01T06:00:00Z
          source: test
          input: 3
          cache_write_5m: 3.5
          cache_write_1h: 4
          cache_read: 0.000001
          output: 5
          tiers:
            - from_input_tokens: 101
              input: 6
              output: 9
      """;

  private static Usage usage(long uncached, long write5m, long write1h, long read, long output) {
    return Usage.newBuilder()
        .setUncachedInput(uncached)
        .setCacheWrite5m(write5m)
        .setCacheWrite1h(write1h)
        .setCacheRead(read)
        .setOutput(output)
        .build();
  }

  private static PriceBook small() {
    return PriceBook.parse(SMALL, "small.yaml");
  }

  @Nested
  class The_shipped_book {

    @ParameterizedTest
    @CsvSource({
      "claude-fable-5-1, 10000000, 12500000, 20000000, 250000, 50000000",
      "claude-opus-5-5, 4000000, 5000000, 8000000, 200000, 20000000",
      "claude-sonnet-5-5, 2000000, 2500000, 4000000, 100000, 10000000",
      "claude-sonnet-5, 3000000, 3750000, 6000000, 300000, 15000000",
      "claude-haiku-5-5, 100000, 125000, 200000, 10000, 500000",
      "gpt-6-luna, 100000, 125000, 125000, 10000, 500000",
      "gpt-5.4, 2500000, 2500000, 2500000, 250000, 15000000",
    })
    void has_the_price_of_each_class_in_trillionths_per_token(
        String model, long input, long write5m, long write1h, long read, long output) {
      Price price = BOOK.pricesAt(model, NOW).getFirst();

      assertThat(price)
          .isEqualTo(new Price(model, 0L, input, write5m, write1h, read, output, false));
    }

    @Test
    void never_has_a_fallback_that_is_cheaper_than_a_model_it_knows() {
      Price fallback = BOOK.pricesAt("nobody-knows-me", NOW).getFirst();

      for (String model : BOOK.models()) {
        for (Price price : BOOK.pricesAt(model, NOW)) {
          assertThat(fallback.getUncachedInput())
              .as(model)
              .isGreaterThanOrEqualTo(price.getUncachedInput());
          assertThat(fallback.getCacheRead())
              .as(model)
              .isGreaterThanOrEqualTo(price.getCacheRead());
          assertThat(fallback.getOutput()).as(model).isGreaterThanOrEqualTo(price.getOutput());
        }
      }
    }

    @Test
    void changes_the_price_on_its_day() {
      Usage read = usage(0, 0, 0, 1_000_000, 0);

      long before =
          BOOK.cost("claude-sonnet-5-5", read, Instant.parse("2026-10-06T23:59:59.999Z")).nanoUsd();
      long after =
          BOOK.cost("claude-sonnet-5-5", read, Instant.parse("2026-10-07T00:00:00Z")).nanoUsd();

      assertThat(before).isEqualTo(200_000_000);
      assertThat(after).isEqualTo(100_000_000);
    }

    @Test
    void charges_the_whole_call_by_the_tier_of_its_input() {
      Cost at = BOOK.cost("claude-haiku-5-5", usage(50_000, 0, 0, 50_000, 10), NOW);
      Cost over = BOOK.cost("claude-haiku-5-5", usage(50_000, 1, 0, 50_000, 10), NOW);

      assertThat(at.nanoUsd()).isEqualTo(50_000 * 100 + 50_000 * 10 + 10 * 500);
      assertThat(over.nanoUsd()).isEqualTo(50_000 * 500 + 625 + 50_000 * 50 + 10 * 2500);
    }
  }

  @Nested
  class A_model_name {

    @ParameterizedTest
    @ValueSource(
        strings = {
          "claude-sonnet-5-5",
          "claude-sonnet-5-5-20261001",
          "claude-sonnet-5-5@20261001",
          "claude-sonnet-5-5-2026-10-01",
          "claude-sonnet-5-5-latest"
        })
    void is_known_with_a_date_at_its_end(String name) {
      assertThat(BOOK.knows(name)).isTrue();
      assertThat(BOOK.cost(name, usage(1, 0, 0, 0, 0), NOW).fallback()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
        strings = {"", "claude", "claude-sonnet-5-5-turbo", "gateway/claude-sonnet-5-5", "-latest"})
    void that_is_not_known_gets_the_fallback_price_and_says_so(String name) {
      List<Price> prices = BOOK.pricesAt(name, NOW);
      Cost cost = BOOK.cost(name, usage(1000, 0, 0, 0, 0), NOW);

      assertThat(prices).singleElement().extracting(Price::getFallback).isEqualTo(true);
      assertThat(prices.getFirst().getModel()).isEqualTo(name);
      assertThat(cost).isEqualTo(new Cost(10_000_000, true, BOOK.version()));
    }

    @Test
    void may_be_an_alias() {
      assertThat(small().cost("nick", usage(1, 0, 0, 0, 0), NOW))
          .isEqualTo(new Cost(3000, false, "v1"));
    }
  }

  @Nested
  class Money {

    @Test
    void is_rounded_up_once_per_call() {
      assertThat(small().cost("plain", usage(0, 0, 0, 1, 0), NOW).nanoUsd()).isEqualTo(1);
      assertThat(small().cost("plain", usage(0, 0, 0, 100, 0), NOW).nanoUsd()).isEqualTo(1);
      assertThat(small().cost("plain", usage(1, 0, 0, 1, 0), NOW).nanoUsd()).isEqualTo(3001);
      assertThat(small().cost("plain", usage(0, 0, 0, 0, 0), NOW).nanoUsd()).isZero();
    }

    @Test
    void is_the_exact_sum_over_the_classes() {
      Random random = new Random(7);
      for (int i = 0; i < 1000; i++) {
        Usage usage =
            usage(
                random.nextLong(1_000_000),
                random.nextLong(1_000_000),
                random.nextLong(1_000_000),
                random.nextLong(1_000_000),
                random.nextLong(1_000_000));
        BigInteger pico =
            BigInteger.valueOf(usage.getUncachedInput() * 2_000_000)
                .add(BigInteger.valueOf(usage.getCacheWrite5m() * 2_500_000))
                .add(BigInteger.valueOf(usage.getCacheWrite1h() * 4_000_000))
                .add(BigInteger.valueOf(usage.getCacheRead() * 100_000))
                .add(BigInteger.valueOf(usage.getOutput() * 10_000_000));

        long cost = BOOK.cost("claude-sonnet-5-5", usage, NOW).nanoUsd();

        BigInteger rest =
            BigInteger.valueOf(cost).multiply(BigInteger.valueOf(1000)).subtract(pico);
        assertThat(rest).isBetween(BigInteger.ZERO, BigInteger.valueOf(999));
      }
    }

    @Test
    void stops_at_the_largest_number_instead_of_turning_negative() {
      assertThat(small().cost("plain", usage(0, 0, 0, 0, Long.MAX_VALUE), NOW).nanoUsd())
          .isPositive();
      assertThat(BOOK.cost("claude-fable-5-1", usage(0, 0, 0, 0, Long.MAX_VALUE), NOW).nanoUsd())
          .isEqualTo(Long.MAX_VALUE);
    }
  }

  @Nested
  class An_entry {

    @Test
    void holds_before_its_day_if_it_is_the_first() {
      Price price = small().pricesAt("plain", Instant.parse("2020-01-01T00:00:00Z")).getFirst();

      assertThat(price.getUncachedInput()).isEqualTo(1_000_000);
    }

    @Test
    void may_start_within_a_day() {
      long before =
          small()
              .cost("plain", usage(1, 0, 0, 0, 0), Instant.parse("2026-02-01T05:59:59Z"))
              .nanoUsd();
      long after =
          small()
              .cost("plain", usage(1, 0, 0, 0, 0), Instant.parse("2026-02-01T06:00:00Z"))
              .nanoUsd();

      assertThat(before).isEqualTo(1000);
      assertThat(after).isEqualTo(3000);
    }

    @Test
    void charges_a_class_it_does_not_name_like_the_class_that_takes_its_place() {
      Price price = small().pricesAt("plain", Instant.parse("2026-01-15T00:00:00Z")).getFirst();

      assertThat(price.getCacheWrite5m()).isEqualTo(1_000_000);
      assertThat(price.getCacheWrite1h()).isEqualTo(1_000_000);
      assertThat(price.getCacheRead()).isEqualTo(1_000_000);
    }

    @Test
    void lists_its_tiers_from_the_lowest() {
      assertThat(small().pricesAt("plain", NOW))
          .extracting(Price::getFromInputTokens)
          .containsExactly(0L, 101L);
    }
  }

  @Nested
  class A_users_file {

    @Test
    void takes_the_place_of_the_models_it_names_and_leaves_the_others(@TempDir Path folder)
        throws Exception {
      Path file =
          Files.writeString(
              folder.resolve("mine.yaml"),
              """
              version: acme-7
              prices:
                - models: [claude-sonnet-5-5, acme-1]
                  valid_from: 2026-01-01
                  source: contract
                  input: 1
                  output: 1
              aliases: {acme: acme-1}
              """);

      PriceBook book = BOOK.with(file);

      Usage million = usage(1_000_000, 0, 0, 0, 0);
      assertThat(book.cost("claude-sonnet-5-5", million, NOW).nanoUsd()).isEqualTo(1_000_000_000);
      assertThat(book.cost("acme", million, NOW).fallback()).isFalse();
      assertThat(book.cost("claude-opus-5-5", million, NOW).nanoUsd()).isEqualTo(4_000_000_000L);
      assertThat(book.version()).isEqualTo(BOOK.version() + "+acme-7");
      assertThat(BOOK.cost("acme", million, NOW).fallback()).isTrue();
    }

    @Test
    void may_look_like_the_example_in_the_documents() throws Exception {
      String page = Files.readString(Path.of("..", "docs", "providers.md"));
      int start = page.indexOf("version: acme");
      String example = page.substring(start, page.indexOf("```", start));

      PriceBook book = BOOK.with(example, "providers.md");

      assertThat(book.cost("claude-sonnet-5-5", usage(0, 0, 0, 1_000_000, 0), NOW).nanoUsd())
          .isEqualTo(90_000_000);
    }

    @Test
    void without_a_version_is_named_by_its_content() {
      String one = BOOK.with("fallback: {source: a, input: 1, output: 1}", "one").version();
      String same = BOOK.with("fallback: {source: a, input: 1, output: 1}", "same").version();
      String other = BOOK.with("fallback: {source: a, input: 1, output: 2}", "other").version();

      assertThat(one).isEqualTo(same).isNotEqualTo(other).contains("+sha256:");
    }
  }

  @Nested
  class A_file_with_mistakes {

    @Test
    void is_refused_with_all_of_them_by_line() {
      String yaml =
          """
          version: v1
          colour: blue
          fallback: {source: s, input: 1}
          aliases: {nick: nobody}
          prices:
            - models: [a]
              valid_from: yesterday
              source: s
              input: -1
              output: 1.0000001
            - models: [b, b]
              valid_from: 2026-01-01
              input: cheap
              output: 1
              output: 2
              tiers:
                - from_input_tokens: 10
                  input: 1
                  output: 1
                - from_input_tokens: 10
                  input: 1
                  output: 1
          """;

      InvalidPriceBookException refused =
          catchThrowableOfType(
              InvalidPriceBookException.class, () -> PriceBook.parse(yaml, "bad.yaml"));

      assertThat(refused.problems())
          .extracting(InvalidPriceBookException.Problem::toString)
          .containsExactly(
              "line 2: unknown key 'colour'; expected one of aliases, fallback, prices, version",
              "line 3: no output; expected the price of output in USD per million tokens",
              "line 4: alias nick of nobody; expected a model that has prices",
              "line 7: valid_from 'yesterday'; expected a date such as 2026-10-07 or an instant such"
                  + " as 2026-10-07T12:00:00Z",
              "line 9: input '-1'; expected USD per million tokens, 0 to 1000000 with at most 6"
                  + " decimals",
              "line 10: output '1.0000001'; expected USD per million tokens, 0 to 1000000 with at"
                  + " most 6 decimals",
              "line 11: no source; expected where the prices come from",
              "line 11: b from 2026-01-01T00:00:00Z again; expected one entry per model and date",
              "line 13: input 'cheap'; expected USD per million tokens, 0 to 1000000 with at most 6"
                  + " decimals",
              "line 15: output again, first on line 14; expected it once",
              "line 20: from_input_tokens 10; expected more than 10, as tiers ascend");
      assertThat(refused).hasMessageContaining("bad.yaml, line 2");
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "",
          "- a",
          "just text",
          "prices: {",
          "prices: []",
          "version: [1]",
          "fallback: {source: s, input: 1e999999999, output: 1}",
          "{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{",
          "a: &x [1, 2]\nb: *x"
        })
    void of_any_shape_is_refused_in_words(String yaml) {
      assertThatThrownBy(() -> PriceBook.parse(yaml, "bad.yaml"))
          .isInstanceOf(InvalidPriceBookException.class)
          .hasMessageContaining("bad.yaml, line ")
          .hasMessageContaining("expected");
    }
  }
}
