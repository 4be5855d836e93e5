package dev.weirkeeper.executor.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

class DeliveryTest {

  private final List<Object> told = new ArrayList<>();
  private final Delivery delivery =
      new Delivery(
          new ConsumerRecord<>("calls", 0, 7, new byte[0], new byte[0]),
          1,
          5,
          (_, settlement) -> told.add(settlement),
          () -> told.add("end"));

  @Test
  void a_call_that_has_ended_is_told_before_its_answer_is_written_and_once() {
    delivery.end();
    assertThat(told).containsExactly("end");

    delivery.end();
    delivery.settle(Settlement.DONE);
    delivery.settle(Settlement.HANDED_BACK);
    assertThat(told).containsExactly("end", Settlement.DONE);
  }

  @Test
  void a_call_that_is_handed_back_without_an_answer_has_ended_too() {
    delivery.settle(Settlement.HANDED_BACK);

    assertThat(told).containsExactly("end", Settlement.HANDED_BACK);
  }
}
