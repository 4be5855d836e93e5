package dev.weirkeeper.planner.provider;

import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Optional;
import java.util.function.DoubleSupplier;
import okhttp3.Headers;

/**
 * How long to wait before a request is sent again: what the provider asks for, or else a time that
 * doubles with each try, less up to a quarter by chance so that many callers do not return at once.
 *
 * @param first wait after the first try
 * @param longest wait after any
 * @param chance a number from 0 to 1
 */
record Backoff(Duration first, Duration longest, DoubleSupplier chance) {

  private static final double JITTER = 0.25;
  private static final int MAX_DOUBLINGS = 20;

  /** The wait after a try that the provider said nothing about. */
  Duration after(int tries) {
    long doubled = first.toMillis() << Math.min(tries - 1, MAX_DOUBLINGS);
    long capped = Math.min(doubled, longest.toMillis());
    return Duration.ofMillis(Math.round(capped * (1 - JITTER * chance.getAsDouble())));
  }

  /** A wait that was asked for, and a little more by chance, never less. */
  Duration spread(Duration asked) {
    return asked.plusMillis(Math.round(first.toMillis() * chance.getAsDouble()));
  }

  /**
   * What a provider asks for: {@code retry-after-ms}, or {@code retry-after} in seconds or as a
   * date (RFC 9110). What can't be read counts as nothing.
   */
  static Optional<Duration> askedFor(Headers headers, Instant now) {
    String millis = headers.get("retry-after-ms");
    if (millis != null) {
      Optional<Duration> asked = number(millis, 1);
      if (asked.isPresent()) {
        return asked;
      }
    }
    String after = headers.get("retry-after");
    return after == null ? Optional.empty() : number(after, 1000).or(() -> date(after, now));
  }

  private static Optional<Duration> number(String text, int millisPerUnit) {
    try {
      double value = Double.parseDouble(text.strip()) * millisPerUnit;
      return value >= 0 && value < Long.MAX_VALUE / 2.0
          ? Optional.of(Duration.ofMillis((long) Math.ceil(value)))
          : Optional.empty();
    } catch (NumberFormatException _) {
      return Optional.empty();
    }
  }

  private static Optional<Duration> date(String text, Instant now) {
    try {
      Instant until =
          ZonedDateTime.parse(
                  text.strip(), DateTimeFormatter.RFC_1123_DATE_TIME.withLocale(Locale.ROOT))
              .toInstant();
      Duration wait = Duration.between(now, until);
      return Optional.of(wait.isNegative() ? Duration.ZERO : wait);
    } catch (DateTimeParseException _) {
      return Optional.empty();
    }
  }
}
