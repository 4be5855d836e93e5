package dev.weirkeeper.planner.provider;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.wire.Usage;
import java.time.Duration;
import java.time.Instant;
import okhttp3.Headers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RateLimitsTest {

  private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");

  private final RateLimits limits = new RateLimits();

  @Test
  void nothing_is_limited_before_the_provider_has_named_a_limit() {
    for (int i = 0; i < 10_000; i++) {
      assertThat(limits.take(NOW)).isZero();
    }
  }

  @Test
  void requests_are_counted_as_they_are_sent() {
    limits.learn(anthropic("requests", 50, 2, "2026-11-23T12:00:48Z"), 0, NOW);

    assertThat(limits.take(NOW)).isZero();
    assertThat(limits.take(NOW)).isZero();
    assertThat(limits.take(NOW)).isEqualTo(Duration.ofSeconds(1));
    assertThat(limits.take(NOW.plusSeconds(1))).isZero();
    assertThat(limits.take(NOW.plusSeconds(1))).isEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void requests_under_way_count_too() {
    limits.learn(anthropic("requests", 50, 2, "2026-11-23T12:00:48Z"), 2, NOW);

    assertThat(limits.take(NOW)).isEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void a_limit_refills_no_further_than_to_its_full() {
    limits.learn(anthropic("requests", 3, 1, "2026-11-23T12:00:02Z"), 0, NOW);
    Instant later = NOW.plusSeconds(3600);

    assertThat(limits.take(later)).isZero();
    assertThat(limits.take(later)).isZero();
    assertThat(limits.take(later)).isZero();
    assertThat(limits.take(later)).isPositive();
  }

  @Test
  void tokens_are_foreseen_from_what_calls_used_without_cache_reads() {
    for (int i = 0; i < 100; i++) {
      limits.used(new Usage(1000L, 0L, 0L, 50_000L, 10L, 0L));
    }
    limits.learn(anthropic("input-tokens", 60_000, 1500, "2026-11-23T12:00:58.5Z"), 0, NOW);

    assertThat(limits.take(NOW)).isZero();
    assertThat(limits.take(NOW)).isBetween(Duration.ofMillis(400), Duration.ofMillis(600));
  }

  @Test
  void a_call_larger_than_the_limit_itself_does_not_wait_for_ever() {
    limits.used(new Usage(10_000_000L, 0L, 0L, 0L, 10L, 0L));
    limits.learn(anthropic("input-tokens", 1000, 1000, "2026-11-23T12:00:00Z"), 0, NOW);

    assertThat(limits.take(NOW)).isZero();
    assertThat(limits.take(NOW)).isLessThanOrEqualTo(Duration.ofMinutes(1));
  }

  @Test
  void openai_names_its_limits_the_other_way_round() {
    limits.learn(
        new Headers.Builder()
            .add("x-ratelimit-limit-requests", "60")
            .add("x-ratelimit-remaining-requests", "0")
            .add("x-ratelimit-reset-requests", "1m0s")
            .build(),
        0,
        NOW);

    assertThat(limits.take(NOW)).isEqualTo(Duration.ofSeconds(1));
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "1s, PT1S",
        "6m0s, PT6M",
        "120ms, PT0.12S",
        "1h2m3s, PT1H2M3S",
        "1d, PT24H",
        "1.5s, PT1.5S",
        "2026-11-23T12:00:05Z, PT5S",
        "2026-11-23T11:00:05Z, PT0S",
        "30, PT30S",
        "soon, -",
        "'', -",
      })
  void a_reset_is_read_in_all_its_forms(String text, Duration until) {
    assertThat(RateLimits.untilReset(text, NOW).orElse(null)).isEqualTo(until);
  }

  @ParameterizedTest
  @CsvSource({"-1, 5", "0, 0", "many, 5", "5, few", "1e30, 5", "NaN, NaN"})
  void headers_that_make_no_sense_are_passed_over(String limit, String remaining) {
    limits.learn(
        new Headers.Builder()
            .add("anthropic-ratelimit-requests-limit", limit)
            .add("anthropic-ratelimit-requests-remaining", remaining)
            .build(),
        0,
        NOW);

    assertThat(limits.take(NOW)).isZero();
  }

  private static Headers anthropic(String kind, long limit, long remaining, String reset) {
    return new Headers.Builder()
        .add("anthropic-ratelimit-" + kind + "-limit", Long.toString(limit))
        .add("anthropic-ratelimit-" + kind + "-remaining", Long.toString(remaining))
        .add("anthropic-ratelimit-" + kind + "-reset", reset)
        .build();
  }
}
