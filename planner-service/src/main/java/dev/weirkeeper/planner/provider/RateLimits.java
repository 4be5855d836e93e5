package dev.weirkeeper.planner.provider;

import dev.weirkeeper.wire.Usage;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import okhttp3.Headers;
import org.jspecify.annotations.Nullable;

/**
 * What a provider still allows, learned from its {@code anthropic-ratelimit-*} and {@code
 * x-ratelimit-*} headers.
 *
 * <p>Both providers refill continuously and name the time until a limit is whole again, so between
 * two answers what is left is taken to grow in a straight line. Requests are counted as they are
 * sent; tokens are foreseen from what recent calls used. Nothing is limited before the provider has
 * named a limit. Not thread-safe.
 */
final class RateLimits {

  private enum Kind {
    REQUESTS("requests"),
    TOKENS("tokens"),
    INPUT_TOKENS("input-tokens"),
    OUTPUT_TOKENS("output-tokens");

    private final String word;

    Kind(String word) {
      this.word = word;
    }
  }

  private static final double MINUTE_MILLIS = 60_000;
  private static final double NEWEST_WEIGHT = 0.2;
  private static final Pattern SPAN =
      Pattern.compile("(?:(\\d+)d)?(?:(\\d+)h)?(?:(\\d+)m(?!s))?(?:([\\d.]+)s)?(?:([\\d.]+)ms)?");

  private final Map<Kind, Bucket> buckets = new EnumMap<>(Kind.class);
  private double expectedInput;
  private double expectedOutput;

  /** A limit as it was named last, and what was sent since. */
  private static final class Bucket {
    private final double limit;
    private final double perMilli;
    private double left;
    private Instant at;

    Bucket(double limit, double left, double perMilli, Instant at) {
      this.limit = limit;
      this.left = left;
      this.perMilli = perMilli;
      this.at = at;
    }

    double leftAt(Instant now) {
      double passed = Math.max(0, Duration.between(at, now).toMillis());
      return Math.min(limit, left + passed * perMilli);
    }

    void take(double amount, Instant now) {
      left = leftAt(now) - amount;
      at = now;
    }
  }

  /**
   * Takes one request's share if all limits have room for it.
   *
   * @return how long to wait before asking again; zero if the share was taken
   */
  Duration take(Instant now) {
    double waitMillis = 0;
    for (Map.Entry<Kind, Bucket> entry : buckets.entrySet()) {
      Bucket bucket = entry.getValue();
      double lacking = share(entry.getKey(), bucket) - bucket.leftAt(now);
      if (lacking > 0) {
        waitMillis = Math.max(waitMillis, lacking / bucket.perMilli);
      }
    }
    if (waitMillis > 0) {
      return Duration.ofMillis((long) Math.ceil(waitMillis));
    }
    buckets.forEach((kind, bucket) -> bucket.take(share(kind, bucket), now));
    return Duration.ZERO;
  }

  /** Foresees the next calls' tokens from one call's. */
  void used(Usage usage) {
    // Reads from a cache do not count towards the limits.
    double input =
        (double) usage.getUncachedInput() + usage.getCacheWrite5m() + usage.getCacheWrite1h();
    expectedInput += (input - expectedInput) * NEWEST_WEIGHT;
    expectedOutput += (usage.getOutput() - expectedOutput) * NEWEST_WEIGHT;
  }

  /**
   * Learns from the headers of an answer.
   *
   * @param underWay requests sent whose answer is still to come: the headers may not count them yet
   */
  void learn(Headers headers, int underWay, Instant now) {
    for (Kind kind : Kind.values()) {
      learn(kind, "anthropic-ratelimit-" + kind.word + "-%s", headers, underWay, now);
      learn(kind, "x-ratelimit-%s-" + kind.word, headers, underWay, now);
    }
  }

  private void learn(Kind kind, String name, Headers headers, int underWay, Instant now) {
    Optional<Double> limit = number(headers.get(name.formatted("limit")));
    Optional<Double> remaining = number(headers.get(name.formatted("remaining")));
    if (limit.isEmpty() || remaining.isEmpty() || limit.get() < 1) {
      return;
    }
    double missing = limit.get() - remaining.get();
    double untilWhole =
        untilReset(headers.get(name.formatted("reset")), now)
            .map(Duration::toMillis)
            .map(Long::doubleValue)
            .orElse(MINUTE_MILLIS);
    double perMilli =
        missing > 0 && untilWhole > 0 ? missing / untilWhole : limit.get() / MINUTE_MILLIS;
    double unseen = kind == Kind.REQUESTS ? underWay : underWay * expected(kind);
    buckets.put(kind, new Bucket(limit.get(), remaining.get() - unseen, perMilli, now));
  }

  /** Never more than the limit itself, or a call could wait for ever. */
  private double share(Kind kind, Bucket bucket) {
    return Math.min(bucket.limit, kind == Kind.REQUESTS ? 1 : expected(kind));
  }

  private double expected(Kind kind) {
    return switch (kind) {
      case REQUESTS -> 1;
      case TOKENS -> expectedInput + expectedOutput;
      case INPUT_TOKENS -> expectedInput;
      case OUTPUT_TOKENS -> expectedOutput;
    };
  }

  /** Anthropic names an instant, OpenAI a span such as {@code 6m0s} or {@code 120ms}. */
  static Optional<Duration> untilReset(@Nullable String text, Instant now) {
    if (text == null || text.isBlank()) {
      return Optional.empty();
    }
    String plain = text.strip().toLowerCase(Locale.ROOT);
    Matcher span = SPAN.matcher(plain);
    if (span.matches()) {
      double seconds =
          part(span.group(1)) * 86_400
              + part(span.group(2)) * 3_600
              + part(span.group(3)) * 60
              + part(span.group(4))
              + part(span.group(5)) / 1000;
      return Optional.of(Duration.ofMillis((long) Math.ceil(seconds * 1000)));
    }
    try {
      Duration until = Duration.between(now, Instant.parse(text.strip()));
      return Optional.of(until.isNegative() ? Duration.ZERO : until);
    } catch (DateTimeParseException _) {
      return number(plain).map(seconds -> Duration.ofMillis((long) Math.ceil(seconds * 1000)));
    }
  }

  private static double part(@Nullable String text) {
    return text == null ? 0 : number(text).orElse(0.0);
  }

  private static Optional<Double> number(@Nullable String text) {
    if (text == null) {
      return Optional.empty();
    }
    try {
      double value = Double.parseDouble(text.strip());
      return value >= 0 && value < 1e15 ? Optional.of(value) : Optional.empty();
    } catch (NumberFormatException _) {
      return Optional.empty();
    }
  }
}
