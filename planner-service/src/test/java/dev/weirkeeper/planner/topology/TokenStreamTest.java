package dev.weirkeeper.planner.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.operations.redaction.Redaction;
import dev.weirkeeper.wire.ModelCall;
import dev.weirkeeper.wire.ModelChoice;
import dev.weirkeeper.wire.Provider;
import dev.weirkeeper.wire.TokenDelta;
import java.util.List;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

/** What a model says while it says it. */
final class TokenStreamTest {
  private final MockProducer<String, TokenDelta> producer =
      new MockProducer<>(true, null, new StringSerializer(), (_, _) -> new byte[0]);

  private static ModelCall call() {
    return new ModelCall(
        "s/1/m1",
        "s",
        "t1",
        1,
        1,
        new ModelChoice(Provider.ANTHROPIC_MESSAGES, "claude-haiku-4-5", null),
        "",
        100L,
        100L,
        0L,
        1,
        DrivenPlanner.START);
  }

  private List<String> said(Redaction redaction, String... pieces) {
    try (TokenStream stream = new TokenStream(producer, "stream", redaction);
        TokenStream.Text text = stream.of(call())) {
      for (String piece : pieces) {
        text.accept(piece);
      }
    }
    return producer.history().stream().map(record -> record.value().getText()).toList();
  }

  @Test
  void comes_by_sentences_and_lines_in_order() {
    List<String> said =
        said(Redaction.none(), "It is 42", ". That", " is", " all!\nSee", " you. And", " so on");

    assertThat(said).containsExactly("It is 42. ", "That is all!\n", "See you. ", "And so on");
    assertThat(producer.history())
        .extracting(record -> record.value().getIndex())
        .containsExactly(0, 1, 2, 3);
    assertThat(producer.history()).extracting(ProducerRecord::key).containsOnly("s");
  }

  @Test
  void ends_where_it_ends_however_small_its_pieces() {
    String text = "He said: \"It is 42.\") And more, a lot more of it, without an end";

    assertThat(said(Redaction.none(), text.split("")))
        .containsExactly("He said: \"It is 42.\") ", "And more, a lot more of it, without an end");
  }

  @Test
  void never_shows_a_secret_however_it_is_cut() {
    Redaction redaction = Redaction.none().knowing(List.of("sk-very-secret-0123456789"));

    List<String> said = said(redaction, "The key is sk-very-se", "cret-01234", "56789. Keep it.");

    assertThat(String.join("", said)).doesNotContain("secret-0123").contains("Keep it.");
  }

  @Test
  void holds_a_private_key_until_all_of_it_is_there() {
    List<String> said =
        said(Redaction.none(), "Here.\n", "-----BEGIN PRIVATE KEY-----\nMIIE", "abc\n", "more\n");

    assertThat(said).containsExactly("Here.\n", "-----BEGIN PRIVATE KEY-----\nMIIEabc\nmore\n");
  }

  @Test
  void holds_a_private_key_that_comes_letter_by_letter() {
    String key = "-----BEGIN PRIVATE KEY-----\nMIIE. abc\nmore\n";

    assertThat(said(Redaction.none(), ("Here.\n" + key).split(""))).containsExactly("Here.\n", key);
  }

  @Test
  void is_left_out_when_it_can_not_be_written() {
    producer.sendException = new TimeoutException("no broker");

    assertThat(said(Redaction.none(), "It is 42. ", "All.")).isEmpty();
  }
}
