package dev.weirkeeper.operations.redaction;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.curiousoddman.rgxgen.RgxGen;
import com.github.curiousoddman.rgxgen.config.RgxGenOption;
import com.github.curiousoddman.rgxgen.config.RgxGenProperties;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** No secret passes because a rule that matches it was not tried. */
final class HintsTest {

  private static final int TEXTS = 5_000;

  static Stream<Rule> shipped() throws IOException {
    try (InputStream file = Redaction.class.getResourceAsStream("rules.conf")) {
      String text = new String(file.readAllBytes(), UTF_8);
      return List.copyOf(RuleFile.parse(text, "rules.conf").values()).stream();
    }
  }

  @ParameterizedTest
  @MethodSource("shipped")
  void whatever_a_rule_matches_has_one_of_its_hints(Rule rule) {
    Hints hints = new Hints(List.of(rule));
    RgxGen texts = matching(rule);
    Random random = new Random(7);
    int matched = 0;
    List<String> missed = new ArrayList<>();

    for (int i = 0; i < TEXTS; i++) {
      String text = texts.generate(random);
      if (rule.pattern().matcher(text).find()) {
        matched++;
        if (hints.in(text).isEmpty() || !hints.anyIn(text.getBytes(UTF_8))) {
          missed.add(text);
        }
      }
    }

    assertThat(missed).isEmpty();
    assertThat(matched).isGreaterThan(TEXTS / 2);
  }

  /** The generator writes Java's expressions; it knows no flags and no named groups. */
  private static RgxGen matching(Rule rule) {
    RgxGenProperties properties = new RgxGenProperties();
    RgxGenOption.INFINITE_PATTERN_REPETITION.setInProperties(properties, 8);
    String pattern = rule.pattern().pattern().replace("(?i)", "").replaceAll("\\(\\?P<\\w+>", "(");
    return RgxGen.parse(properties, pattern);
  }
}
