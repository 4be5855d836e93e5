package dev.weirkeeper.planner.provider;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.operations.config.Secret;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RedactionTest {

  private final Redaction redaction =
      new Redaction(List.of(Secret.of("opaque+key/1"), Secret.of("")));

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "the key opaque+key/1 is wrong|the key *** is wrong",
        "Incorrect API key provided: sk-abc***********xyz.|Incorrect API key provided: ***",
        "sk-ant-api03-AbCdEf0123 and pk_live_12345678|*** and ***",
        "Authorization: Bearer abc.def.ghi-jkl|Authorization: ***",
        "risk-free task-based desk-top|risk-free task-based desk-top",
        "HTTP 429 rate_limit_error: slow down|HTTP 429 rate_limit_error: slow down",
      })
  void hides_keys_and_what_looks_like_one_and_nothing_else(String said, String shown) {
    assertThat(redaction.of(said)).isEqualTo(shown);
  }
}
