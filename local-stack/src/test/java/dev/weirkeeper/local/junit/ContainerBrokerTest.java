package dev.weirkeeper.local.junit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ContainerBrokerTest {

  @Test
  void a_setting_becomes_the_variable_that_the_images_start_script_turns_back() {
    assertThat(ContainerBroker.variable("share.coordinator.state.topic.min.isr"))
        .isEqualTo("KAFKA_SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR");
    assertThat(ContainerBroker.variable("a_b-c.d")).isEqualTo("KAFKA_A__B___C_D");
  }
}
