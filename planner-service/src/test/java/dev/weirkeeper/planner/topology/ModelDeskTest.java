package dev.weirkeeper.planner.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.planner.dialect.Prompt;
import dev.weirkeeper.planner.provider.Calls;
import dev.weirkeeper.wire.ModelCall;
import dev.weirkeeper.wire.ModelChoice;
import dev.weirkeeper.wire.Provider;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

final class ModelDeskTest {
  private static final Prompt PROMPT = new Prompt("", List.of(), Optional.empty(), "", List.of());

  private final List<String> made = new CopyOnWriteArrayList<>();
  private final List<Set<String>> handedOver = new CopyOnWriteArrayList<>();
  private final ModelDesk desk =
      new ModelDesk(
          (call, _, _) -> {
            made.add(call.getCallId());
            return DrivenPlanner.replyTo(call).build();
          },
          (_, _, _) -> {},
          (_, underWay) -> handedOver.add(underWay),
          Duration.ofSeconds(10));

  @Test
  void a_prepared_call_is_made_once_it_is_in_the_log_and_only_once() {
    prepare("s/1/m1", 0);
    prepare("s/1/m2", 0);

    desk.startPrepared("s/1/m1");
    desk.startPrepared("s/1/m1");
    desk.start(call("s/1/m1"), PROMPT, new RecordHeaders());
    desk.close();

    assertThat(made).containsExactly("s/1/m1");
  }

  @Test
  void a_call_that_was_abandoned_meanwhile_is_not_made() {
    prepare("s/1/m1", 0);

    desk.abandon("s/1/m1");
    desk.startPrepared("s/1/m1");
    desk.close();

    assertThat(made).isEmpty();
  }

  @Test
  void a_call_whose_partition_was_given_up_meanwhile_is_left_to_the_next_owner() {
    prepare("s/1/m1", 0);
    prepare("other/1/m1", 1);

    desk.handOver(0);
    desk.startPrepared("s/1/m1");
    desk.startPrepared("other/1/m1");
    desk.close();

    assertThat(handedOver).containsExactly(Set.of());
    assertThat(made).containsExactly("other/1/m1");
  }

  @Test
  void a_call_whose_reply_could_not_be_written_is_named_to_the_next_owner() {
    ModelDesk mute =
        new ModelDesk(
            (call, _, _) -> DrivenPlanner.replyTo(call).build(),
            (_, _, _) -> {
              throw new IllegalStateException("the reply can't be written");
            },
            (_, underWay) -> handedOver.add(underWay),
            Duration.ofSeconds(10));
    mute.start(call("s/1/m1"), PROMPT, new RecordHeaders());
    mute.close();

    mute.handOver(0);

    assertThat(handedOver).containsExactly(Set.of("s/1/m1"));
  }

  private void prepare(String callId, int partition) {
    desk.prepare(call(callId), PROMPT, new RecordHeaders(), partition);
  }

  private static ModelCall call(String callId) {
    ModelChoice model =
        ModelChoice.newBuilder()
            .setProvider(Provider.ANTHROPIC_MESSAGES)
            .setModel("rehearsal-1")
            .build();
    return ModelCall.newBuilder(Calls.call(model)).setCallId(callId).build();
  }
}
