package dev.weirkeeper.planner.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.operations.redaction.Redaction;
import org.junit.jupiter.api.Test;

final class ReplyContentTest {

  private static final String KEY = "sk-ant-api03-AbCdEf0123456789";

  private static String redacted(String content) {
    return ReplyContent.redacted(content, Redaction.byForm());
  }

  @Test
  void a_message_without_secrets_stays_as_it_came() {
    String content = "[ {\"type\":\"text\", \"text\":\"4.0e1 is 40\"} ]";

    assertThat(redacted(content)).isEqualTo(content);
  }

  @Test
  void secrets_are_taken_out_of_text_and_arguments() {
    assertThat(
            redacted(
                "[{\"type\":\"text\",\"text\":\"use "
                    + KEY
                    + "\"},{\"type\":\"tool_use\",\"id\":\"toolu_1\",\"name\":\"login\","
                    + "\"input\":{\"user\":\"a\",\"password\":\"hunter2\",\"pin\":4821}}]"))
        .isEqualTo(
            "[{\"type\":\"text\",\"text\":\"use [redacted:provider-key]\"},"
                + "{\"type\":\"tool_use\",\"id\":\"toolu_1\",\"name\":\"login\","
                + "\"input\":{\"user\":\"a\",\"password\":\"[redacted:json-key]\","
                + "\"pin\":\"[redacted:json-key-number]\"}}]");
  }

  @Test
  void what_the_provider_signed_stays_since_it_would_refuse_it_changed() {
    String thinking =
        "{\"type\":\"thinking\",\"thinking\":\"the key is " + KEY + "\",\"signature\":\"c2ln\"}";
    String item = "{\"type\":\"reasoning\",\"encrypted_content\":\"" + KEY + "\"}";

    assertThat(
            redacted(
                "[" + thinking + "," + item + ",{\"type\":\"text\",\"text\":\"" + KEY + "\"}]"))
        .isEqualTo(
            "["
                + thinking
                + ","
                + item
                + ",{\"type\":\"text\",\"text\":\"[redacted:provider-key]\"}]");
  }

  @Test
  void a_chat_message_is_one_part() {
    assertThat(
            redacted(
                "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"c\",\"function\":"
                    + "{\"name\":\"f\",\"arguments\":\"{\\\"password\\\":\\\"hunter2\\\"}\"}}]}"))
        .contains("{\\\"password\\\":\\\"[redacted:json-key-escaped]\\\"}")
        .doesNotContain("hunter2");
  }
}
