package dev.weirkeeper.planner.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CanonicalJsonTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{ }|{}",
        "[ ]|[]",
        " {\"b\":1, \"a\" : [ 2 , {\"d\":null,\"c\":true} ] } |{\"a\":[2,{\"c\":true,\"d\":null}],\"b\":1}",
        "{\"B\":1,\"a\":2,\"A\":3,\"\":4}|{\"\":4,\"A\":3,\"B\":1,\"a\":2}",
        "1.0|1",
        "1e0|1",
        "10e-1|1",
        "-0|0",
        "-0.0|0",
        "0e5|0",
        "0.10|0.1",
        "1E3|1000",
        "12345678901234567890|12345678901234567890",
        "123456789012345678901234567890123456789|123456789012345678901234567890123456789",
        "1e39|1000000000000000000000000000000000000000",
        "1e40|1E+40",
        "10000000000000000000000000000000000000000|1E+40",
        "1.5e-50|1.5E-50",
        "0.000001|0.000001",
        "9007199254740993|9007199254740993",
        "\"\\u0041\\/\\u00e9\"|\"A/é\"",
        "\"\\u0000\\n\\u001f\\\"\\\\\"|\"\\u0000\\n\\u001F\\\"\\\\\"",
        "\"\\ud83c\\udf0d\"|\"🌍\"",
        "false|false",
        "null|null",
      })
  void has_one_text_for_one_value(String json, String canonical) throws Exception {
    assertThat(CanonicalJson.of(json)).isEqualTo(canonical);
    assertThat(CanonicalJson.of(canonical)).isEqualTo(canonical);
  }

  @Test
  void does_not_depend_on_the_order_of_keys_or_on_white_space() throws Exception {
    Random random = new Random(3);
    for (int i = 0; i < 500; i++) {
      List<String> fields = new ArrayList<>();
      for (int key = 0; key < random.nextInt(12); key++) {
        fields.add(
            "\"k%d\"%s:%s".formatted(key, " ".repeat(random.nextInt(3)), random.nextInt(100)));
      }
      String one = "{" + String.join(",", fields) + "}";
      Collections.shuffle(fields, random);
      String other = "{\n" + String.join(" ,\t", fields) + "\r\n}";

      assertThat(CanonicalJson.of(other)).isEqualTo(CanonicalJson.of(one));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "  ",
        "{",
        "{\"a\":1}}",
        "{\"a\":1} x",
        "{'a':1}",
        "{a:1}",
        "[1,]",
        "NaN",
        "01",
        "+1",
        "// c\n1",
        "{\"a\":1,\"a\":1}",
        "{\"a\":{\"b\":1,\"\\u0062\":2}}",
        "\"\\ud83c\"",
        "{\"\\udf0d\":1}",
        "1e401",
        "1e-999999999",
        "1e99999999999999999999",
      })
  void refuses_what_could_be_read_in_two_ways_or_not_at_all(String json) {
    assertThatThrownBy(() -> CanonicalJson.of(json)).isInstanceOf(MalformedJsonException.class);
  }

  @Test
  void refuses_what_is_too_deep_too_long_or_too_precise() {
    List<String> hostile =
        List.of(
            "[".repeat(100_000) + "]".repeat(100_000),
            "{\"a\":".repeat(100) + "1" + "}".repeat(100),
            "1".repeat(500),
            "\"" + "x".repeat(CanonicalJson.MAX_CHARS) + "\"");
    for (String json : hostile) {
      assertThatThrownBy(() -> CanonicalJson.of(json)).isInstanceOf(MalformedJsonException.class);
    }
  }

  @Test
  void says_where_a_mistake_is() {
    assertThatThrownBy(() -> CanonicalJson.of("{\"a\":1,\n\"a\":2}"))
        .hasMessageContaining("Duplicate")
        .hasMessageContaining("line 2");
  }

  @ParameterizedTest
  @CsvSource({"[1], an array", "1, a number", "null, null", "true, true or false"})
  void of_arguments_must_be_an_object(String json, String what) {
    assertThatThrownBy(() -> CanonicalJson.ofObject(json))
        .isInstanceOf(MalformedJsonException.class)
        .hasMessageContaining(what);
  }

  @Test
  void is_hashed_over_its_utf_8_bytes() {
    assertThat(CanonicalJson.sha256("{\"a\":\"é\"}"))
        .isEqualTo("b3a092a6af48807fa9482b2ee140105575daa26d5b24b3c0e60a7e2dee6683b1");
  }
}
