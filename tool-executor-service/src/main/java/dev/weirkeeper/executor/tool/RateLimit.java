package dev.weirkeeper.executor.tool;

import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Most calls that may start in a stretch of time.
 *
 * @param calls how many, 1 or more
 * @param per the stretch of time
 */
public record RateLimit(int calls, Duration per) {

  private static final Pattern FORM = Pattern.compile("(\\d{1,9})/([smh])");
  private static final Map<String, Duration> UNITS =
      Map.of("s", Duration.ofSeconds(1), "m", Duration.ofMinutes(1), "h", Duration.ofHours(1));

  public RateLimit {
    if (calls < 1 || per.isNegative() || per.isZero()) {
      throw new IllegalArgumentException("a rate must allow calls in a stretch of time");
    }
  }

  /**
   * Reads {@code 10/s}, {@code 100/m} or {@code 1000/h}.
   *
   * @throws IllegalArgumentException if the text is of another form
   */
  public static RateLimit parse(String text) {
    Matcher matcher = FORM.matcher(text);
    Duration unit = matcher.matches() ? UNITS.get(matcher.group(2)) : null;
    if (unit == null) {
      throw new IllegalArgumentException(
          "rate '" + text + "' must look like 10/s, 100/m or 1000/h");
    }
    return new RateLimit(Integer.parseInt(matcher.group(1)), unit);
  }
}
