package dev.weirkeeper.operations.redaction;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.operations.config.Catalogue;
import dev.weirkeeper.operations.config.ConfigurationException;
import dev.weirkeeper.operations.config.Given;
import dev.weirkeeper.operations.config.Setting;
import dev.weirkeeper.operations.config.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RedactionTest {

  private final Redaction redaction = Redaction.byForm();

  @ParameterizedTest
  @CsvFileSource(resources = "secrets.csv", delimiter = '|', quoteCharacter = '`')
  void every_form_of_secret_is_replaced_and_what_stands_around_it_stays(
      String rule, String text, String secret) {
    Set<String> found = new LinkedHashSet<>();

    String clean = redaction.apply(text.translateEscapes(), found);

    assertThat(clean).doesNotContain(secret);
    assertThat(found).contains(rule);
    assertThat(redaction.apply(clean, new LinkedHashSet<>())).isEqualTo(clean);
  }

  @ParameterizedTest
  @CsvFileSource(resources = "secrets.csv", delimiter = '|', quoteCharacter = '`')
  void covering_keeps_the_length_and_is_done_once(String rule, String text, String secret) {
    byte[] bytes = text.translateEscapes().getBytes(UTF_8);
    Set<String> found = new LinkedHashSet<>();

    byte[] covered = redaction.cover(bytes, found);

    assertThat(new String(covered, UTF_8)).doesNotContain(secret);
    assertThat(covered).hasSameSizeAs(bytes);
    assertThat(found).contains(rule);
    assertThat(redaction.cover(covered, new LinkedHashSet<>())).isEqualTo(covered);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "risk-free task-based desk-top",
        "HTTP 429 rate_limit_error: slow down",
        "password is required and must be at least 8 characters long",
        "arguments.password: must be a string",
        "{\"max_tokens\":4096,\"next_page_token\":\"CAUQAA\",\"input_tokens\":1234}",
        "{\"usage\":{\"cache_read_input_tokens\":2000}}",
        "basic responsibilities of the bearer",
        "the key is under the mat; secret gardens are lovely places",
        "order 4111111111111112, call +49 30 901820, at 1763654400000, id 5105105105105101",
        "https://example.com:8443/path?page=2",
        "see RFC 7519 for JSON Web Tokens, eyJ is how they begin",
        "sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
      })
  void what_is_no_secret_is_left_as_it_is(String text) {
    assertThat(redaction.apply(text)).isEqualTo(text);
    byte[] bytes = text.getBytes(UTF_8);
    assertThat(redaction.cover(bytes, new LinkedHashSet<>())).isSameAs(bytes);
  }

  @Test
  void JSON_stays_JSON() {
    assertThat(
            redaction.apply(
                "{\"password\":\"a\\\"b\\\\c\",\"pin\":"
                    + " 48213,\"card\":4111111111111111,\"n\":[1]}"))
        .isEqualTo(
            "{\"password\":\"[redacted:json-key]\",\"pin\": \"[redacted:json-key-number]\","
                + "\"card\":\"[redacted:card-number]\",\"n\":[1]}");
    assertThat(redaction.cover("{\"pin\": 48213}", new LinkedHashSet<>()))
        .isEqualTo("{\"pin\": 99999}");
  }

  @Test
  void a_secret_that_is_not_ASCII_keeps_its_length_in_bytes() {
    String text = "{\"password\":\"pä€𝄞!\"}";

    String covered = redaction.cover(text, new LinkedHashSet<>());

    assertThat(covered).isEqualTo("{\"password\":\"***********\"}");
    assertThat(covered.getBytes(UTF_8)).hasSameSizeAs(text.getBytes(UTF_8));
  }

  @Test
  void known_secrets_are_replaced_wherever_they_stand_unless_they_are_too_short() {
    Redaction knowing = redaction.knowing(List.of("opaque+key/1", "abc", "Übermut"));

    assertThat(knowing.apply("opaque+key/1 in Übermut, abc"))
        .isEqualTo("[redacted:known-secret] in [redacted:known-secret], abc");
    assertThat(
            new String(knowing.cover("x Übermut y".getBytes(UTF_8), new LinkedHashSet<>()), UTF_8))
        .isEqualTo("x ******** y");
  }

  /** Texts made to be slow: repeated beginnings of every rule, and noise. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "sk-",
        "eyJ",
        "://",
        "\"password\"",
        "password=",
        "-----BEGIN PRIVATE KEY-----",
        "bearer ",
        "4111 ",
        "cookie: a=",
        "aaaaaaaa",
        "\\\"token\\\":",
        "a.a-a_a",
        "-----BEGIN A A A A "
      })
  void time_grows_with_the_length_alone(String piece) {
    String text = piece.repeat(100_000 / piece.length());
    long started = System.nanoTime();

    assertThat(redaction.apply(text)).isNotNull();

    // About a second where all rules run on all of it, on a machine that does nothing else.
    assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(60));
  }

  @Test
  void bytes_of_any_kind_can_be_covered() {
    Random random = new Random(3);
    for (int i = 0; i < 200; i++) {
      byte[] bytes = new byte[random.nextInt(500)];
      random.nextBytes(bytes);
      assertThat(redaction.cover(bytes, new LinkedHashSet<>())).hasSameSizeAs(bytes);
    }
    byte[] avro = "\u0002\u0001sk-ant-api03-AbCdEf0123456789\u0000\u00ff".getBytes(ISO_8859_1);
    assertThat(new String(redaction.cover(avro, new LinkedHashSet<>()), ISO_8859_1))
        .isEqualTo("\u0002\u0001" + "*".repeat(29) + "\u0000\u00ff");
  }

  @Nested
  final class By_settings {

    private final Setting<dev.weirkeeper.operations.config.Secret> own =
        Setting.secret("stack.own").describedAs("a secret");
    private final Catalogue catalogue = RedactionConfig.CATALOGUE.and(Catalogue.of(own));

    @Test
    void rules_of_a_file_are_added_replaced_and_switched_off(@TempDir Path home)
        throws IOException {
      Path file = home.resolve("rules.conf");
      Files.writeString(
          file,
          """
          [ticket]
          hint wk_
          pattern \\bwk_[0-9]{6}\\b
          [jwt]
          pattern JWT<(?P<secret>[a-z]+)>
          """);
      Redaction read =
          RedactionConfig.from(
              Settings.read(
                  catalogue,
                  Given.of(
                      Map.of(
                          "redaction.rules-file", file.toString(),
                          "redaction.off", "card-number,aws-key",
                          "stack.own", "very-own-secret"))));

      assertThat(
              read.apply(
                  "wk_123456 JWT<abc> eyJhbGciOiJI.eyJzdWIiOiIx.sig 4111111111111111"
                      + " AKIAIOSFODNN7EXAMPLE very-own-secret"))
          .isEqualTo(
              "[redacted:ticket] JWT<[redacted:jwt]> eyJhbGciOiJI.eyJzdWIiOiIx.sig"
                  + " 4111111111111111 AKIAIOSFODNN7EXAMPLE [redacted:known-secret]");
    }

    @Test
    void a_file_that_is_wrong_is_refused_with_its_line(@TempDir Path home) throws IOException {
      Path file = home.resolve("rules.conf");
      Files.writeString(file, "[ticket]\nhint wk_\npattern (((\n");

      assertThatThrownBy(
              () ->
                  Settings.read(
                      catalogue,
                      Given.of(
                          Map.of(
                              "redaction.rules-file", file.toString(),
                              "redaction.off", "nothing-like-it",
                              "stack.own", "x"))))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("line 3")
          .hasMessageContaining("an RE2 pattern");
    }

    @Test
    void switching_off_what_does_not_exist_is_refused() {
      assertThatThrownBy(
              () ->
                  Settings.read(
                      catalogue, Given.of(Map.of("redaction.off", "jtw", "stack.own", "x"))))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("no rule is named 'jtw'");
    }
  }
}
