package dev.weirkeeper.executor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weirkeeper.executor.ExecutorConfig.DeliveryMode;
import dev.weirkeeper.executor.worker.PoolWorker;
import dev.weirkeeper.schemas.deadletter.DeadLetter;
import dev.weirkeeper.wire.ToolCall;
import dev.weirkeeper.wire.ToolDefinition;
import dev.weirkeeper.wire.ToolError;
import dev.weirkeeper.wire.ToolErrorCode;
import dev.weirkeeper.wire.ToolResult;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every executor promises, however it is handed its calls. */
abstract class ExecutorContract {

  private static final Duration PATIENCE = Duration.ofSeconds(90);

  protected final SampleTools tools = new SampleTools();
  protected final Bench bench;

  ExecutorContract(DeliveryMode mode) throws Exception {
    this.bench = new Bench(mode);
  }

  @BeforeEach
  void give_it_a_journal() {
    bench.withJournal();
  }

  @AfterEach
  void stop() throws Exception {
    bench.close();
  }

  private static ToolError error(ToolResult result) {
    assertThat(result.getError()).as("error in %s", result).isNotNull();
    return result.getError();
  }

  @Test
  void a_call_is_run_and_answered_with_everything_known_about_it() throws Exception {
    ToolExecutorService executor = bench.start(tools);
    ToolResult result = bench.call("add", "{\"a\":2,\"b\":40}");
    assertThat(result.getError()).isNull();
    assertThat(result.getContent()).isEqualTo("{\"total\":42}");
    assertThat(result.getFullBytes()).isEqualTo(12);
    assertThat(result.getHandle()).isNull();
    assertThat(result.getTool()).isEqualTo("add");
    assertThat(result.getTries()).isEqualTo(1);
    assertThat(result.getDeliveryCount()).isEqualTo(1);
    assertThat(result.getFromJournal()).isFalse();
    assertThat(result.getExecutor()).isEqualTo(executor.id());
    assertThat(result.getDurationMs()).isBetween(0L, 30_000L);
  }

  @Test
  void tools_are_published_before_the_first_call_is_taken() throws Exception {
    bench.start(tools);
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(bench.definitions())
                    .extracting(ToolDefinition::getName)
                    .contains("add", "charge", "read_result"));
  }

  @Test
  void calls_made_before_the_first_executor_joined_are_run() throws Exception {
    bench.start(tools).close();
    ToolCall waiting = bench.send(bench.newCall("add", "{\"a\":1,\"b\":1}"));
    bench.start(tools);
    assertThat(bench.await1(waiting).getContent()).isEqualTo("{\"total\":2}");
  }

  @Test
  void a_wrong_call_is_answered_in_words_that_help() throws Exception {
    bench.start(tools);
    ToolError unknown = error(bench.call("ad", "{}"));
    assertThat(unknown.getCode()).isEqualTo(ToolErrorCode.UNKNOWN_TOOL);
    assertThat(unknown.getMessage()).contains("add").contains("charge");
    assertThat(unknown.getHint()).isEqualTo("did you mean add?");
    ToolError invalid = error(bench.call("add", "{\"a\":\"two\"}"));
    assertThat(invalid.getCode()).isEqualTo(ToolErrorCode.INVALID_ARGUMENTS);
    assertThat(invalid.getMessage()).contains("/a: expected integer, got \"two\"").contains("/b");
    assertThat(invalid.getDetails()).contains("\"path\":\"/a\"");
  }

  @Test
  void arguments_that_do_not_match_their_hash_are_never_run() throws Exception {
    bench.start(tools);
    ToolCall forged =
        bench.send(bench.newCall("charge", "{\"amount\":1}").setArguments("{\"amount\":9}"));
    assertThat(error(bench.await1(forged)).getCode()).isEqualTo(ToolErrorCode.REJECTED);
    assertThat(tools.runsOf(forged.getCallId())).isZero();
  }

  @Test
  void a_tool_s_own_failure_reaches_the_model_and_a_bug_does_not() throws Exception {
    bench.start(tools);
    ToolError refused = error(bench.call("refuses", "{\"amount\":7}"));
    assertThat(refused.getCode()).isEqualTo(ToolErrorCode.EXECUTION_ERROR);
    assertThat(refused.getMessage()).isEqualTo("no account 7");
    assertThat(refused.getHint()).isEqualTo("call list_accounts");
    assertThat(refused.getDetails()).isEqualTo("{\"account\":7}");
    ToolError broken = error(bench.call("broken", "{}"));
    assertThat(broken.getCode()).isEqualTo(ToolErrorCode.EXECUTION_ERROR);
    assertThat(broken.getMessage())
        .isEqualTo("broken failed with an internal error (IllegalStateException)");
  }

  @Test
  void a_passing_failure_is_retried_and_counted() throws Exception {
    bench.start(tools);
    ToolResult result = bench.call("flaky", "{\"failures\":2}");
    assertThat(result.getContent()).isEqualTo("done at try 3");
    assertThat(result.getTries()).isEqualTo(3);
    ToolResult exhausted = bench.call("throttled", "{}");
    assertThat(exhausted.getTries()).isEqualTo(2);
    assertThat(error(exhausted).getCode()).isEqualTo(ToolErrorCode.MAX_RETRIES_EXCEEDED);
    assertThat(error(exhausted).getMessage())
        .isEqualTo("throttled failed 2 times, the last time: the service said 429");
    assertThat(error(exhausted).getHint()).isEqualTo("use the batch tool");
  }

  @Test
  void a_call_is_stopped_when_its_time_is_up_even_if_the_tool_is_deaf() throws Exception {
    bench.start(tools);
    assertThat(error(bench.call("slow", "{}")).getCode()).isEqualTo(ToolErrorCode.TIMEOUT);
    ToolResult deaf = bench.call("deaf", "{}");
    assertThat(error(deaf).getCode()).isEqualTo(ToolErrorCode.TIMEOUT);
    assertThat(deaf.getDurationMs()).isLessThan(2_900);
  }

  @Test
  void a_call_whose_deadline_has_passed_is_not_run() throws Exception {
    bench.start(tools);
    ToolCall late =
        bench.send(
            bench.newCall("charge", "{\"amount\":1}").setDeadline(Instant.now().minusSeconds(1)));
    ToolError error = error(bench.await1(late));
    assertThat(error.getCode()).isEqualTo(ToolErrorCode.TIMEOUT);
    assertThat(error.getMessage()).contains("was not run");
    assertThat(tools.runsOf(late.getCallId())).isZero();
  }

  @Test
  void a_cancelled_session_s_calls_are_stopped_and_later_ones_are_not_begun() throws Exception {
    bench.start(tools);
    ToolCall running = bench.send(bench.newCall("hold", "{}"));
    await().atMost(PATIENCE).until(() -> tools.runsOf(running.getCallId()) == 1);
    ToolCall.Builder queued =
        bench
            .newCall("charge", "{\"amount\":1}")
            .setSessionId(running.getSessionId())
            .setCallId(running.getSessionId() + "/1/1");
    bench.cancel(running.getSessionId(), "wrong question");
    ToolError stopped = error(bench.await1(running));
    assertThat(stopped.getCode()).isEqualTo(ToolErrorCode.CANCELLED);
    assertThat(stopped.getMessage()).contains("cancelled by alice (wrong question)");
    assertThat(tools.interrupted).containsExactly(running.getCallId());
    ToolCall late = bench.send(queued);
    assertThat(error(bench.await1(late)).getCode()).isEqualTo(ToolErrorCode.CANCELLED);
    assertThat(tools.runsOf(late.getCallId())).isZero();
  }

  @Test
  void a_call_delivered_again_is_answered_from_the_journal() throws Exception {
    bench.start(tools);
    ToolCall call = bench.send(bench.newCall("charge", "{\"amount\":5}"));
    assertThat(bench.await1(call).getContent()).isEqualTo("charged 5, run 1");
    bench.send(call);
    await().atMost(PATIENCE).until(() -> bench.results(call).size() == 2);
    ToolResult again = bench.results(call).getLast();
    assertThat(again.getContent()).isEqualTo("charged 5, run 1");
    assertThat(again.getFromJournal()).isTrue();
    assertThat(tools.runsOf(call.getCallId())).isEqualTo(1);
  }

  @Test
  void two_executors_never_run_one_call_with_side_effects_at_the_same_time() throws Exception {
    bench.start(tools);
    bench.start(tools);
    ToolCall call = bench.newCall("charge_slowly", "{\"amount\":1500}").build();
    for (int i = 0; i < 6; i++) {
      bench.send(call);
    }
    await().atMost(PATIENCE).until(() -> bench.results(call).size() == 6);
    assertThat(tools.runsOf(call.getCallId())).isEqualTo(1);
    assertThat(bench.results(call)).extracting(ToolResult::getContent).containsOnly("charged");
    assertThat(bench.results(call)).filteredOn(ToolResult::getFromJournal).hasSize(5);
  }

  @Test
  void one_id_is_never_used_for_other_arguments() throws Exception {
    bench.start(tools);
    ToolCall call = bench.send(bench.newCall("charge", "{\"amount\":5}"));
    bench.await1(call);
    ToolCall other =
        bench.send(
            ToolCall.newBuilder(call)
                .setArguments("{\"amount\":6}")
                .setArgumentsHash(Bench.sha256("{\"amount\":6}")));
    await().atMost(PATIENCE).until(() -> bench.results(other).size() == 2);
    assertThat(error(bench.results(other).getLast()).getMessage())
        .contains("was used before for other arguments");
    assertThat(tools.runsOf(call.getCallId())).isEqualTo(1);
  }

  @Test
  void what_can_t_be_read_is_put_aside_and_the_partition_goes_on() throws Exception {
    bench.start(tools);
    bench.sendRaw("no avro at all".getBytes(StandardCharsets.UTF_8));
    bench.sendRaw(new byte[0]);
    bench.sendRaw(new byte[] {0, 0, 0, 9, 9, 1, 2, 3});
    byte[] cut = bench.bytes(bench.newCall("add", "{}").build());
    bench.sendRaw(java.util.Arrays.copyOf(cut, cut.length / 2));
    assertThat(bench.call("add", "{\"a\":1,\"b\":1}").getError()).isNull();
    assertThat(bench.call("add", "{\"a\":1,\"b\":1}").getError()).isNull();
    await().atMost(PATIENCE).until(() -> bench.deadLetters().size() == 4);
    assertThat(bench.deadLetters())
        .allSatisfy(
            letter -> {
              assertThat(letter.topic()).isEqualTo(bench.topics().toolCalls("default").name());
              assertThat(letter.reason()).isNotBlank();
              assertThat(letter.service()).isEqualTo("tool-executor");
            })
        .extracting(DeadLetter::offset)
        .isNotEmpty();
  }

  @Test
  void a_long_result_is_shown_in_part_and_can_be_read_whole() throws Exception {
    bench.start(tools);
    ToolResult result = bench.call("long_text", "{\"bytes\":10000}");
    assertThat(result.getError()).isNull();
    assertThat(result.getFullBytes()).isEqualTo(10_000);
    assertThat(result.getContent().getBytes(StandardCharsets.UTF_8).length)
        .isLessThanOrEqualTo(2_000);
    assertThat(result.getContent()).contains("read_result").contains(result.getHandle());
    ToolResult part =
        bench.call("read_result", "{\"handle\":\"" + result.getHandle() + "\",\"offset\":9001}");
    assertThat(part.getContent())
        .isEqualTo(
            "{\"content\":\""
                + "é".repeat(499)
                + "\",\"offset\":9002,\"total_bytes\":10000,\"tool\":\"long_text\"}");
  }

  @Test
  void a_result_no_record_can_carry_is_a_structured_error() throws Exception {
    bench.start(tools);
    ToolError error = error(bench.call("huge", "{\"bytes\":3000000}"));
    assertThat(error.getCode()).isEqualTo(ToolErrorCode.RESULT_TOO_LARGE);
    assertThat(error.getMessage()).contains("too large to send");
  }

  @Test
  void secrets_do_not_leave_the_executor() throws Exception {
    bench.start(tools);
    assertThat(bench.call("leaky", "{}").getContent())
        .doesNotContain("abcdef")
        .contains("[redacted:");
    ToolResult kept = bench.call("leaky_at_length", "{}");
    ToolResult part =
        bench.call("read_result", "{\"handle\":\"" + kept.getHandle() + "\",\"offset\":1508}");
    assertThat(part.getContent()).as("from the middle of it").doesNotContain("klmnop");
  }

  @Test
  void headers_of_the_call_go_on_with_its_result() throws Exception {
    bench.start(tools);
    String trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    ToolCall call = bench.newCall("add", "{\"a\":1,\"b\":1}").build();
    bench.send(call, Map.of("traceparent", trace));
    bench.await1(call);
    assertThat(bench.resultHeaders(call).lastHeader("traceparent").value())
        .asString()
        .isEqualTo(trace);
  }

  @Test
  void a_tool_s_own_limit_holds_however_many_calls_wait() throws Exception {
    bench.start(tools);
    List<ToolCall> calls =
        java.util.stream.IntStream.range(0, 20)
            .mapToObj(i -> bench.send(bench.newCall("one_at_a_time", "{}")))
            .toList();
    assertThat(calls)
        .allSatisfy(call -> assertThat(bench.await1(call).getContent()).isEqualTo("1"));
  }

  @Test
  void a_slow_call_keeps_no_fast_one_waiting() throws Exception {
    bench.start(tools);
    List<ToolCall> slow =
        java.util.stream.IntStream.range(0, 4)
            .mapToObj(i -> bench.send(bench.newCall("hold", "{}")))
            .toList();
    await().atMost(PATIENCE).until(() -> tools.begun.get() == 4);
    for (int i = 0; i < 30; i++) {
      assertThat(bench.call("add", "{\"a\":1,\"b\":" + i + "}").getError()).isNull();
    }
    assertThat(slow).allSatisfy(call -> assertThat(bench.results(call)).isEmpty());
    tools.gate.countDown();
    assertThat(slow)
        .allSatisfy(call -> assertThat(bench.await1(call).getContent()).isEqualTo("through"));
  }

  @Test
  void calls_that_are_not_answered_are_counted_for_whoever_scales_executors() throws Exception {
    bench.start(tools);
    List<ToolCall> slow =
        java.util.stream.IntStream.range(0, 3)
            .mapToObj(i -> bench.send(bench.newCall("hold", "{}")))
            .toList();
    await().atMost(PATIENCE).until(() -> lag() == 3);
    tools.gate.countDown();
    assertThat(slow).allSatisfy(call -> assertThat(bench.await1(call)).isNotNull());
    await().atMost(PATIENCE).until(() -> lag() == 0);
  }

  private double lag() {
    return bench.metrics().get("weirkeeper.executor.lag").tag("pool", "default").gauge().value();
  }

  @Test
  void while_slow_calls_hold_a_partition_every_other_on_it_is_delivered_once() throws Exception {
    bench.withShareGroup("default", Map.of("share.record.lock.duration.ms", "3000"));
    bench.start(tools);
    for (int i = 0; i < 4; i++) {
      bench.send(bench.newCallOn(0, "hold", "{}"));
      int begun = i + 1;
      await().atMost(PATIENCE).until(() -> tools.begun.get() >= begun);
    }
    Instant end = Instant.now().plusSeconds(4);
    List<Integer> deliveries = new ArrayList<>();
    while (Instant.now().isBefore(end)) {
      ToolCall fast = bench.send(bench.newCallOn(0, "add", "{\"a\":1,\"b\":1}"));
      deliveries.add(bench.await1(fast).getDeliveryCount());
    }
    assertThat(deliveries).containsOnly(1);
    tools.gate.countDown();
  }

  @Test
  void an_executor_that_stops_ends_what_it_runs() throws Exception {
    ToolExecutorService executor = bench.start(tools);
    ToolCall call = bench.send(bench.newCall("charge_slowly", "{\"amount\":1000}"));
    await().atMost(PATIENCE).until(() -> tools.runsOf(call.getCallId()) == 1);
    assertThat(executor.running())
        .extracting(PoolWorker.Running::callId)
        .contains(call.getCallId());
    executor.close();
    assertThat(bench.await1(call).getContent()).isEqualTo("charged");
  }

  @Test
  void what_does_not_end_in_time_is_handed_to_another_executor() throws Exception {
    bench.with("executor.drain", "200ms");
    ToolExecutorService stopping = bench.start(tools);
    ToolCall readOnly = bench.send(bench.newCall("hold", "{}"));
    ToolCall effect = bench.send(bench.newCall("charge_slowly", "{\"amount\":60000}"));
    await()
        .atMost(PATIENCE)
        .until(
            () -> tools.runsOf(readOnly.getCallId()) == 1 && tools.runsOf(effect.getCallId()) == 1);
    SampleTools others = new SampleTools();
    others.gate.countDown();
    bench.start(others);
    stopping.close();
    assertThat(bench.await1(readOnly).getContent()).isEqualTo("through");
    assertThat(error(bench.await1(effect)).getCode()).isEqualTo(ToolErrorCode.OUTCOME_UNKNOWN);
    assertThat(others.runsOf(effect.getCallId())).isZero();
  }

  @Test
  void a_call_at_its_delivery_limit_is_put_aside_and_answered() throws Exception {
    bench
        .with("executor.drain", "0s")
        .with("executor.delivery-limit", "2")
        .withShareGroup("default", Map.of("share.delivery.count.limit", "2"));
    ToolExecutorService first = bench.start(tools);
    ToolCall readOnly = bench.send(bench.newCall("hold", "{}"));
    ToolCall effect = bench.send(bench.newCall("charge_slowly", "{\"amount\":60000}"));
    await()
        .atMost(PATIENCE)
        .until(
            () -> tools.runsOf(readOnly.getCallId()) == 1 && tools.runsOf(effect.getCallId()) == 1);
    first.close();
    SampleTools others = new SampleTools();
    bench.start(others);

    ToolResult exhausted = bench.await1(readOnly);
    assertThat(error(exhausted).getCode()).isEqualTo(ToolErrorCode.MAX_RETRIES_EXCEEDED);
    assertThat(error(exhausted).getDetails()).isEqualTo("{\"deliveries\":2}");
    assertThat(exhausted.getDeliveryCount()).isEqualTo(2);
    assertThat(error(bench.await1(effect)).getCode()).isEqualTo(ToolErrorCode.OUTCOME_UNKNOWN);
    await().atMost(PATIENCE).until(() -> bench.deadLetters().size() == 2);
    assertThat(bench.deadLetters())
        .extracting(DeadLetter::reason)
        .allSatisfy(reason -> assertThat(reason).contains("was handed out 2 times"));
    assertThat(others.runsOf(readOnly.getCallId()) + others.runsOf(effect.getCallId())).isZero();
  }
}
