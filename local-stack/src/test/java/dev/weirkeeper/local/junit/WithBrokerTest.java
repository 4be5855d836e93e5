package dev.weirkeeper.local.junit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.wire.Control;
import dev.weirkeeper.wire.ControlKind;
import java.time.Instant;
import org.junit.jupiter.api.Test;

@WithBroker
class WithBrokerTest {

  @Test
  void a_record_sent_to_a_topic_of_the_catalogue_is_read_from_it(KafkaForTests kafka) {
    kafka.createTopics(2);
    Control control =
        Control.newBuilder()
            .setControlId("c1")
            .setSessionId("s1")
            .setKind(ControlKind.CANCEL)
            .setRequestedAt(Instant.ofEpochMilli(1))
            .build();

    kafka.send(kafka.topics().controls(), "s1", control);

    assertThat(kafka.read(kafka.topics().controls()))
        .singleElement()
        .satisfies(
            r -> {
              assertThat(r.key()).isEqualTo("s1");
              assertThat(r.value()).isEqualTo(control);
            });
    assertThat(kafka.prefix()).startsWith("withbrokertest-").endsWith(".");
  }
}
