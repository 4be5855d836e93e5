package dev.weirkeeper.planner.provider;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import okhttp3.Headers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BackoffTest {

  private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
  private static final Backoff SURE =
      new Backoff(Duration.ofMillis(500), Duration.ofSeconds(8), () -> 0);
  private static final Backoff JITTERY =
      new Backoff(Duration.ofMillis(500), Duration.ofSeconds(8), () -> 1);

  @ParameterizedTest
  @CsvSource({"1, 500", "2, 1000", "3, 2000", "4, 4000", "5, 8000", "6, 8000", "200, 8000"})
  void doubles_up_to_the_longest_wait(int tries, long millis) {
    assertThat(SURE.after(tries)).isEqualTo(Duration.ofMillis(millis));
    assertThat(JITTERY.after(tries)).isEqualTo(Duration.ofMillis(millis * 3 / 4));
  }

  @Test
  void waits_no_less_than_was_asked_for() {
    assertThat(SURE.spread(Duration.ofSeconds(3))).isEqualTo(Duration.ofSeconds(3));
    assertThat(JITTERY.spread(Duration.ofSeconds(3))).isEqualTo(Duration.ofMillis(3500));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "1500|-|PT1.5S",
        "0|7|PT0S",
        "soon|7|PT7S",
        "-|7|PT7S",
        "-|0.25|PT0.25S",
        "-|Mon, 23 Nov 2026 12:00:30 GMT|PT30S",
        "-|Mon, 23 Nov 2026 11:00:00 GMT|PT0S",
        "-|172800|PT48H",
        "-|-5|-",
        "-|tomorrow|-",
        "-|1e300|-",
        "-|NaN|-",
        "-||-",
        "-|-|-",
      })
  void reads_what_the_provider_asks_for_in_all_its_forms(
      String millis, String after, Duration asked) {
    Headers.Builder headers = new Headers.Builder();
    if (millis != null) {
      headers.add("retry-after-ms", millis);
    }
    if (after != null) {
      headers.add("Retry-After", after);
    }

    assertThat(Backoff.askedFor(headers.build(), NOW).orElse(null)).isEqualTo(asked);
  }
}
