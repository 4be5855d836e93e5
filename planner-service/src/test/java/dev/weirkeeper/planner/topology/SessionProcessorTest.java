package dev.weirkeeper.planner.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.planner.fork.ForkPlan;
import dev.weirkeeper.planner.fork.ForkRequest;
import dev.weirkeeper.planner.replay.Replay;
import dev.weirkeeper.schemas.approval.ApproverKey;
import dev.weirkeeper.schemas.approval.TrustedApprovers;
import dev.weirkeeper.wire.AgentMode;
import dev.weirkeeper.wire.ApprovalDecision;
import dev.weirkeeper.wire.Control;
import dev.weirkeeper.wire.ControlKind;
import dev.weirkeeper.wire.ForkPart;
import dev.weirkeeper.wire.Limits;
import dev.weirkeeper.wire.ModelCall;
import dev.weirkeeper.wire.ModelChoice;
import dev.weirkeeper.wire.PipelineStep;
import dev.weirkeeper.wire.Provider;
import dev.weirkeeper.wire.SessionEvent;
import dev.weirkeeper.wire.Task;
import dev.weirkeeper.wire.TaskResult;
import dev.weirkeeper.wire.TaskStatus;
import dev.weirkeeper.wire.TenantDefinition;
import dev.weirkeeper.wire.ToolCall;
import dev.weirkeeper.wire.Verdict;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The shell around the core: what it reads, what it keeps, what it writes. */
final class SessionProcessorTest {
  private DrivenPlanner planner = prepared(new DrivenPlanner());

  private static DrivenPlanner prepared(DrivenPlanner planner) {
    planner.define(planner.topics.tools(), "search", Wire.tool("search").build());
    planner.define(
        planner.topics.tools(), "refund", Wire.tool("refund").setDestructive(true).build());
    planner.define(Wire.agent("default", "1").build());
    return planner;
  }

  @AfterEach
  void close() {
    planner.close();
  }

  private void submit(Task.Builder task) {
    planner.send(planner.topics.tasks(), task.getSessionId(), task.build());
  }

  private ToolCall toolCall() {
    return planner.written(planner.topics.toolCalls("default")).getLast();
  }

  private void finish(ToolCall call, String content) {
    planner.send(planner.topics.toolResults(), call.getSessionId(), Wire.result(call, content));
  }

  private TaskResult result(String task) {
    return planner.written(planner.topics.results()).stream()
        .filter(result -> result.getTaskId().equals(task))
        .findFirst()
        .orElseThrow(() -> new AssertionError(task + " has no result"));
  }

  private void replaysTheSame(String session) {
    var recorded = planner.recorded(session);
    assertThat(Replay.of(recorded, planner.topics))
        .isEqualTo(new Replay.Outcome.Same(recorded.lifeUpTo(Long.MAX_VALUE).size()));
  }

  private List<ForkPart> parts(String origin, long at, ForkRequest request) {
    ForkPlan.Outcome outcome = ForkPlan.of(planner.recorded(origin), at, request, planner.topics);
    assertThat(outcome).isInstanceOf(ForkPlan.Outcome.Ready.class);
    return ((ForkPlan.Outcome.Ready) outcome).parts();
  }

  private void fork(String origin, long at, ForkRequest request) {
    for (ForkPart part : parts(origin, at, request)) {
      planner.send(planner.topics.forks(), request.sessionId(), part);
    }
  }

  @Test
  void a_task_goes_round_the_loop() {
    submit(Wire.task("s", "t1"));
    planner.reply(Wire.asksFor(planner.modelCall().call(), "search {\"q\":1}"));
    finish(toolCall(), "found");
    planner.reply(Wire.says(planner.modelCall().call(), "done"));

    assertThat(result("t1").getStatus()).isEqualTo(TaskStatus.COMPLETE);
    assertThat(result("t1").getText()).isEqualTo("done");
    replaysTheSame("s");
  }

  @Test
  void a_planner_without_running_sessions_is_at_rest() {
    submit(Wire.task("s", "t1"));
    planner.pass(Duration.ofSeconds(1));
    int running = planner.looks();
    pass(200, Duration.ofMillis(50));
    assertThat(planner.looks()).as("a session runs").isGreaterThan(running);
    planner.reply(Wire.says(planner.modelCall().call(), "done"));
    planner.pass(Duration.ofSeconds(1));
    int before = planner.looks();

    pass(200, Duration.ofMillis(50));

    assertThat(planner.looks()).isEqualTo(before);
    submit(Wire.task("s", "t2"));
    planner.pass(Duration.ofDays(1));
    assertThat(result("t2").getStatus())
        .as("it is awake again")
        .isEqualTo(TaskStatus.DEADLINE_EXCEEDED);
  }

  private void pass(int times, Duration time) {
    for (int i = 0; i < times; i++) {
      planner.pass(time);
    }
  }

  @Test
  void what_the_model_was_shown_never_changes_between_steps_tasks_and_restarts() {
    submit(Wire.task("s", "t1"));
    DrivenPlanner.Made before = planner.modelCall();
    for (int turn = 1; turn <= 6; turn++) {
      if (turn == 3) {
        planner.reply(Wire.says(before.call(), "done"));
        submit(Wire.task("s", "t2"));
      } else {
        planner.reply(Wire.asksFor(before.call(), "search {\"q\":%d}".formatted(turn)));
        if (turn == 5) {
          planner.restart();
        }
        finish(toolCall(), "found");
      }

      DrivenPlanner.Made after = planner.modelCall();

      assertThat(after.prompt().system()).isEqualTo(before.prompt().system());
      assertThat(after.prompt().tools()).isEqualTo(before.prompt().tools());
      assertThat(after.prompt().fragments())
          .hasSizeGreaterThan(before.prompt().fragments().size())
          .startsWith(before.prompt().fragments().toArray(byte[][]::new));
      before = after;
    }
  }

  @Nested
  final class Where_approvers_sign {
    private final KeyPair ann = pair();
    private final ApproverKey key =
        ApproverKey.of(Base64.getEncoder().encodeToString(ann.getPrivate().getEncoded()));

    private ApprovalDecision.Builder asked() {
      planner.close();
      planner =
          prepared(
              new DrivenPlanner(
                  10,
                  TrustedApprovers.of(
                      Base64.getEncoder().encodeToString(ann.getPublic().getEncoded()))));
      submit(Wire.task("s", "t1"));
      planner.reply(Wire.asksFor(planner.modelCall().call(), "refund {\"id\":7}"));
      return Wire.decision(
          planner.written(planner.topics.approvalRequests()).getLast(), Verdict.APPROVE);
    }

    private void decide(ApprovalDecision decision) {
      planner.send(planner.topics.approvalDecisions(), decision.getSessionId(), decision);
    }

    private void nothingRan(String reason) {
      assertThat(planner.written(planner.topics.toolCalls("default"))).isEmpty();
      assertThat(planner.lastEvent("s").getReason()).contains("is refused").contains(reason);
      replaysTheSame("s");
    }

    @Test
    void a_signed_decision_lets_the_call_through() {
      decide(key.sign(asked().build()));

      assertThat(toolCall().getTool()).isEqualTo("refund");
      assertThat(toolCall().getApproval().getDecidedBy()).isEqualTo("ann");
      replaysTheSame("s");
    }

    @Test
    void a_signed_decision_may_edit_the_arguments_in_any_form() {
      ApprovalDecision edit =
          asked().setVerdict(Verdict.EDIT).setArguments("{ \"id\" : 8 }").build();

      decide(key.sign(edit));

      assertThat(toolCall().getArguments()).isEqualTo("{\"id\":8}");
      replaysTheSame("s");
    }

    @Test
    void an_unsigned_decision_is_refused() {
      decide(asked().build());

      nothingRan("not signed");
    }

    @Test
    void a_decision_signed_by_somebody_else_is_refused() {
      ApproverKey eve =
          ApproverKey.of(Base64.getEncoder().encodeToString(pair().getPrivate().getEncoded()));

      decide(eve.sign(asked().build()));

      nothingRan("no trusted approver");
    }

    @Test
    void a_decision_that_was_changed_after_it_was_signed_is_refused() {
      ApprovalDecision signed =
          key.sign(asked().setVerdict(Verdict.EDIT).setArguments("{\"id\":8}").build());

      decide(ApprovalDecision.newBuilder(signed).setArguments("{\"id\":9000}").build());

      nothingRan("changed after it was signed");
    }

    @Test
    void a_decision_of_another_session_is_refused() {
      ApprovalDecision signed = key.sign(asked().setSessionId("other").build());

      decide(ApprovalDecision.newBuilder(signed).setSessionId("s").build());

      nothingRan("changed after it was signed");
    }

    @Test
    void a_decision_that_was_used_is_not_used_again() {
      ApprovalDecision signed = key.sign(asked().build());
      decide(signed);
      finish(toolCall(), "refunded");
      planner.reply(Wire.asksFor(planner.modelCall().call(), "refund {\"id\":7}"));

      decide(signed);

      assertThat(planner.written(planner.topics.toolCalls("default"))).hasSize(1);
      assertThat(planner.lastEvent("s").getState()).isEqualTo("AwaitingTools");
    }

    @Test
    void a_forged_decision_does_not_spoil_a_real_one() {
      ApprovalDecision.Builder decision = asked();
      decide(ApprovalDecision.newBuilder(decision).setDecisionId("forged").build());

      decide(key.sign(decision.build()));

      assertThat(toolCall().getTool()).isEqualTo("refund");
    }

    private static KeyPair pair() {
      try {
        return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  @Nested
  final class A_frozen_tenant {
    private void freeze(boolean frozen) {
      planner.define(
          planner.topics.tenants(),
          "acme",
          TenantDefinition.newBuilder().setName("acme").setFrozen(frozen).build());
    }

    @Test
    void has_its_running_tasks_ended_within_a_second() {
      submit(Wire.task("s", "t1").setTenant("acme"));
      submit(Wire.task("other", "t1").setTenant("zen"));
      ModelCall call = planner.modelCalls().getFirst().call();

      freeze(true);
      planner.pass(Duration.ofSeconds(1));

      assertThat(planner.lastEvent("s").getReason()).contains("tenant acme is frozen");
      assertThat(result("t1").getStatus()).isEqualTo(TaskStatus.CANCELLED);
      assertThat(planner.lastEvent("other").getState()).isEqualTo("AwaitingModel");
      planner.reply(Wire.says(call, "late"));
      assertThat(planner.lastEvent("s").getReason()).contains("is booked");
      replaysTheSame("s");
    }

    @Test
    void has_no_call_started_by_whatever_comes_before_the_tick() {
      submit(Wire.task("s", "t1").setTenant("acme"));
      ModelCall call = planner.modelCall().call();

      freeze(true);
      planner.reply(Wire.asksFor(call, "search"));

      assertThat(planner.written(planner.topics.toolCalls("default"))).isEmpty();
      assertThat(result("t1").getWhy()).isEqualTo("tenant acme is frozen");
      replaysTheSame("s");
    }

    @Test
    void has_no_task_accepted_until_it_is_thawed() {
      freeze(true);
      submit(Wire.task("s", "t1").setTenant("acme"));
      assertThat(result("t1").getStatus()).isEqualTo(TaskStatus.FAILED);

      freeze(false);
      submit(Wire.task("s", "t2").setTenant("acme"));

      assertThat(planner.modelCall().call().getTaskId()).isEqualTo("t2");
      replaysTheSame("s");
    }

    @Test
    void is_found_by_a_planner_that_starts_afterwards() {
      submit(Wire.task("s", "t1").setTenant("acme"));
      planner.modelCalls();
      freeze(true);
      planner.restart();

      planner.pass(Duration.ofMillis(100));

      assertThat(result("t1").getStatus()).isEqualTo(TaskStatus.CANCELLED);
    }
  }

  @Nested
  final class Versions_of_an_agent {
    @Test
    void are_kept_beside_the_newest() {
      planner.define(Wire.agent("default", "2").setSystemPrompt("You help more.").build());

      submit(Wire.task("s1", "t1"));
      assertThat(planner.modelCall().prompt().system()).isEqualTo("You help more.");
      submit(Wire.task("s2", "t1").setAgentVersion("1"));
      assertThat(planner.modelCall().prompt().system()).isEqualTo("You help.");
      submit(Wire.task("s3", "t1").setAgentVersion("2"));
      assertThat(planner.modelCall().prompt().system()).isEqualTo("You help more.");
    }

    @Test
    void that_are_not_known_are_refused_by_name() {
      submit(Wire.task("s", "t1").setAgentVersion("7"));

      assertThat(result("t1").getWhy())
          .isEqualTo("agent default has no version 7; kept versions: 1");
      replaysTheSame("s");
    }

    @Test
    void do_not_change_under_a_running_session_nor_do_its_tools() {
      submit(Wire.task("s", "t1"));
      ModelCall first = planner.modelCall().call();
      planner.define(Wire.agent("default", "2").setSystemPrompt("You help more.").build());
      planner.define(
          planner.topics.tools(), "search", Wire.tool("search").setDescription("New.").build());
      planner.restart();

      planner.reply(Wire.asksFor(first, "search"));
      finish(toolCall(), "found");

      DrivenPlanner.Made second = planner.modelCall();
      assertThat(second.prompt().system()).isEqualTo("You help.");
      assertThat(second.prompt().tools())
          .extracting(tool -> tool.getDescription())
          .containsExactly("Does refund.", "Does search.");
      planner.reply(Wire.says(second.call(), "done"));
      assertThat(result("t1").getAgentVersion()).isEqualTo("1");
    }

    @Test
    void under_a_key_that_is_not_theirs_are_ignored() {
      planner.define(planner.topics.definitions(), "default@9", Wire.agent("x", "1").build());

      submit(Wire.task("s", "t1").setAgentVersion("9"));

      assertThat(result("t1").getStatus()).isEqualTo(TaskStatus.FAILED);
    }
  }

  @Nested
  final class Limits_of_a_task {
    @Test
    void are_cut_to_those_of_its_agent_and_the_log_says_so() {
      planner.define(
          Wire.agent("default", "2")
              .setLimits(Limits.newBuilder().setMaxSteps(3).setMaxOutputTokens(100L).build())
              .build());

      submit(
          Wire.task("s", "t1")
              .setLimits(
                  Limits.newBuilder()
                      .setMaxSteps(40)
                      .setMaxOutputTokens(50L)
                      .setMaxCostNanoUsd(9_000_000_000L)
                      .build()));

      assertThat(planner.lastEvent("s").getLeft().getSteps()).isEqualTo(2);
      assertThat(planner.modelCall().call().getMaxOutputTokens()).isEqualTo(50);
      assertThat(planner.lastEvent("s").getReason())
          .contains("max_steps is 3 instead of 40")
          .contains("max_cost is $5.00 instead of $9.00")
          .doesNotContain("max_output_tokens");
      replaysTheSame("s");
    }
  }

  @Nested
  final class A_session_nobody_came_back_to {
    private static final Duration RETENTION = Duration.ofDays(30);
    private static final Duration SWEEP = Duration.ofMinutes(10);

    /** Long enough for it to be found, forgotten, and its journal dropped. */
    private void forgetAll() {
      planner.pass(RETENTION.plusHours(1));
      for (int i = 0; i < 3; i++) {
        planner.pass(SWEEP);
        planner.pass(Duration.ofMillis(100));
      }
    }

    private SessionEvent complete(String session, String task) {
      submit(Wire.task(session, task));
      planner.reply(Wire.asksFor(planner.modelCall().call(), "search {\"q\":1}"));
      finish(toolCall(), "found");
      planner.reply(Wire.says(planner.modelCall().call(), "done"));
      return planner.lastEvent(session);
    }

    @Test
    void goes_on_counting_with_an_empty_conversation() {
      SessionEvent last = complete("s", "t1");
      forgetAll();

      submit(Wire.task("s", "t2"));

      SessionEvent first = planner.lastEvent("s");
      assertThat(first.getSequence()).isEqualTo(last.getSequence() + 1);
      assertThat(first.getPreviousHash()).isEqualTo(last.getHash());
      assertThat(first.getForgotten().getTurns()).isEqualTo(last.getTurn());
      assertThat(first.getForgotten().getSpentNanoUsd()).isEqualTo(1_200_000);
      DrivenPlanner.Made call = planner.modelCall();
      assertThat(call.call().getCallId()).isEqualTo("s/3/m1");
      assertThat(call.prompt().fragments()).hasSize(1);
      planner.reply(Wire.asksFor(call.call(), "search {\"q\":1}"));
      assertThat(toolCall().getCallId()).isEqualTo("s/3/0");
      assertThat(planner.events("s"))
          .filteredOn(event -> event.getForgotten() != null)
          .containsExactly(first);
      replaysTheSame("s");
    }

    @Test
    void goes_on_in_the_same_way_after_a_restart_at_any_time() {
      SessionEvent last = complete("s", "t1");
      planner.pass(RETENTION.plusHours(1));
      for (int i = 0; i < 6; i++) {
        planner.pass(i % 2 == 0 ? SWEEP : Duration.ofMillis(100));
        planner.restart();
      }

      SessionEvent again = complete("s", "t2");

      assertThat(again.getSequence()).isEqualTo(2 * last.getSequence());
      assertThat(again.getTurn()).isEqualTo(2 * last.getTurn());
      planner.restart();
      submit(Wire.task("s", "t3"));
      assertThat(planner.modelCall().prompt().fragments()).hasSize(5);
      assertThat(planner.lastEvent("s").getPreviousHash()).isEqualTo(again.getHash());
      replaysTheSame("s");
    }

    @Test
    void is_forgotten_again_and_again() {
      SessionEvent last = complete("s", "t1");
      forgetAll();
      complete("s", "t2");
      forgetAll();

      SessionEvent third = complete("s", "t3");

      assertThat(third.getSequence()).isEqualTo(3 * last.getSequence());
      assertThat(planner.events("s").stream().map(SessionEvent::getSequence))
          .doesNotHaveDuplicates();
      replaysTheSame("s");
    }

    @Test
    void still_counts_its_money() {
      long limit = 50_000_000;
      planner.define(
          Wire.agent("default", "2")
              .setLimits(Limits.newBuilder().setMaxSessionCostNanoUsd(limit).build())
              .build());
      complete("s", "t1");
      forgetAll();

      submit(Wire.task("s", "t2"));

      long reserved = planner.modelCall().call().getReservedNanoUsd();
      assertThat(planner.lastEvent("s").getLeft().getCostNanoUsd())
          .isEqualTo(limit - 1_200_000 - reserved);
      replaysTheSame("s");
    }

    @Test
    void keeps_nothing_of_what_was_said() {
      complete("s", "t1");
      assertThat(planner.kept()).contains("do t1");

      forgetAll();

      assertThat(planner.kept()).doesNotContain("do t1").doesNotContain("found");
    }

    @Test
    void that_goes_on_in_time_is_not_forgotten() {
      complete("s", "t1");
      planner.pass(RETENTION.minusDays(1));
      complete("s", "t2");
      planner.pass(Duration.ofDays(2));
      planner.pass(SWEEP);

      submit(Wire.task("s", "t3"));

      assertThat(planner.modelCall().prompt().fragments()).hasSize(9);
    }

    @Test
    void is_no_place_for_a_fork_and_can_be_forked_where_it_went_on() {
      complete("s", "t1");
      complete("o", "t1");
      forgetAll();

      fork("o", 1, ForkRequest.unchanged("s", "t2"));
      assertThat(result("t2").getWhy()).contains("fork into a new one");

      complete("s", "t3");
      fork("s", planner.events("s").size() - 1L, ForkRequest.unchanged("f", "t4"));
      assertThat(planner.modelCall().prompt().fragments()).hasSize(3);
      replaysTheSame("f");
    }
  }

  @Nested
  final class A_fork {
    /** Three turns: a search, a search beside a refund, an answer. */
    private List<String> original() {
      submit(Wire.task("o", "t1"));
      ModelCall first = planner.modelCall().call();
      planner.reply(Wire.asksFor(first, "search {\"q\":1}"));
      finish(toolCall(), "found 1");
      ModelCall second = planner.modelCall().call();
      planner.reply(Wire.asksFor(second, "search {\"q\":2}", "refund {\"id\":7}"));
      finish(toolCall(), "found 2");
      var request = planner.written(planner.topics.approvalRequests()).getLast();
      planner.send(
          planner.topics.approvalDecisions(), "o", Wire.decision(request, Verdict.APPROVE).build());
      finish(toolCall(), "refunded");
      ModelCall third = planner.modelCall().call();
      planner.reply(Wire.says(third, "all done"));
      return List.of(first.getRequestHash(), second.getRequestHash(), third.getRequestHash());
    }

    @Test
    void with_nothing_changed_asks_what_the_original_asked_and_ends_as_it_did() {
      List<String> hashes = original();

      fork("o", 1, ForkRequest.unchanged("f", "t1"));

      ModelCall first = planner.modelCall().call();
      planner.reply(Wire.asksFor(first, "search {\"q\":1}"));
      finish(toolCall(), "found 1");
      ModelCall second = planner.modelCall().call();
      assertThat(List.of(first.getRequestHash(), second.getRequestHash()))
          .isEqualTo(hashes.subList(0, 2));
      assertThat(first.getSessionId()).isEqualTo("f");
      replaysTheSame("f");
    }

    @Test
    void goes_on_from_wherever_the_model_was_to_be_asked() {
      List<String> hashes = original();
      long beforeTheLast = planner.events("o").size() - 1L;

      fork("o", beforeTheLast, ForkRequest.unchanged("f", "t1"));

      DrivenPlanner.Made last = planner.modelCall();
      assertThat(last.call().getRequestHash()).isEqualTo(hashes.getLast());
      assertThat(body(last)).contains("found 1").contains("found 2").contains("refunded");
      planner.reply(Wire.says(last.call(), "done again"));
      TaskResult forked =
          planner.written(planner.topics.results()).stream()
              .filter(result -> result.getSessionId().equals("f"))
              .findFirst()
              .orElseThrow();
      assertThat(forked.getText()).isEqualTo("done again");
      assertThat(forked.getSteps()).isEqualTo(1);
      assertThat(forked.getMetadata()).containsEntry("forked_from", "o@" + beforeTheLast);
      assertThat(planner.events("f"))
          .allSatisfy(
              event ->
                  assertThat(event.getOrigin() == null)
                      .isEqualTo(event.getType().equals("ModelReplied")));
      replaysTheSame("f");
    }

    @Test
    void reuses_finished_results_and_gates_what_is_destructive_again() {
      original();
      int sentBefore = planner.written(planner.topics.toolCalls("default")).size();
      long searched =
          planner.events("o").stream()
              .filter(event -> event.getReason().contains("o/2/0 is done"))
              .findFirst()
              .orElseThrow()
              .getSequence();

      fork("o", searched + 1, ForkRequest.unchanged("f", "t1"));

      assertThat(planner.written(planner.topics.toolCalls("default"))).hasSize(sentBefore);
      var request = planner.written(planner.topics.approvalRequests()).getLast();
      assertThat(request.getSessionId()).isEqualTo("f");
      assertThat(request.getCallId()).isEqualTo("f/2/1");
      planner.send(
          planner.topics.approvalDecisions(), "f", Wire.decision(request, Verdict.REJECT).build());
      assertThat(body(planner.modelCall())).contains("found 2").contains("rejected");
      replaysTheSame("f");
    }

    @Test
    void with_another_model_and_prompt_asks_that_one_and_drops_what_is_bound_to_the_old() {
      submit(Wire.task("o", "t1"));
      ModelCall call = planner.modelCall().call();
      planner.reply(
          dev.weirkeeper.wire.ModelReply.newBuilder(Wire.asksFor(call, "search"))
              .setContent(
                  """
                  [{"type":"thinking","thinking":"hm","signature":"EqQ=="},\
                  {"type":"tool_use","id":"toolu_1_0","name":"search","input":{}}]\
                  """)
              .build());
      finish(toolCall(), "found");
      planner.modelCalls();

      fork(
          "o",
          3,
          new ForkRequest(
              "f",
              "t1",
              Optional.empty(),
              Optional.empty(),
              Optional.of(new ModelChoice(Provider.ANTHROPIC_MESSAGES, "claude-sonnet-4-5", null)),
              Optional.of("Be brief."),
              Optional.empty()));

      DrivenPlanner.Made forked = planner.modelCall();
      assertThat(forked.call().getModel().getModel()).isEqualTo("claude-sonnet-4-5");
      assertThat(forked.prompt().system()).isEqualTo("Be brief.");
      assertThat(body(forked)).contains("tool_use").doesNotContain("thinking");
      replaysTheSame("f");
    }

    @Test
    void of_a_fork_is_a_fork() {
      List<String> hashes = original();
      fork("o", 3, ForkRequest.unchanged("f", "t1"));
      planner.modelCalls();
      long size = planner.events("f").size();

      fork("f", size, ForkRequest.unchanged("g", "t1"));

      assertThat(planner.modelCall().call().getRequestHash()).isEqualTo(hashes.get(1));
      replaysTheSame("g");
    }

    @Test
    void survives_a_restart_between_any_two_of_its_parts() {
      List<String> hashes = original();
      long beforeTheLast = planner.events("o").size() - 1L;
      for (ForkPart part : parts("o", beforeTheLast, ForkRequest.unchanged("f", "t1"))) {
        planner.send(planner.topics.forks(), "f", part);
        planner.restart();
      }

      assertThat(planner.events("f").getLast().getState()).isEqualTo("AwaitingModel");
      assertThat(planner.modelCalls().getLast().call().getRequestHash())
          .isEqualTo(hashes.getLast());
      replaysTheSame("f");
    }

    @Test
    void of_an_ended_session_can_be_continued_with_a_task() {
      original();

      fork("o", planner.events("o").size(), ForkRequest.unchanged("f", "t1"));
      submit(Wire.task("f", "t2"));

      assertThat(body(planner.modelCall())).contains("all done").contains("do t2");
      replaysTheSame("f");
    }

    @Test
    void of_a_pipeline_does_the_step_it_was_at() {
      planner.define(
          Wire.agent("pipe", "1")
              .setMode(AgentMode.PIPELINE)
              .setPipeline(
                  List.of(
                      new PipelineStep("a", null, "{{task}}", null, false),
                      new PipelineStep("b", "search", "{\"q\":\"{{a}}\"}", null, false)))
              .build());
      submit(Wire.task("o", "t1").setAgent("pipe"));
      planner.reply(Wire.says(planner.modelCall().call(), "an answer"));

      fork("o", 2, ForkRequest.unchanged("f", "t1"));

      assertThat(toolCall().getCallId()).isEqualTo("f/2/0");
      assertThat(toolCall().getArguments()).isEqualTo("{\"q\":\"an answer\"}");
      finish(toolCall(), "found");
      assertThat(planner.lastEvent("f").getReason()).contains("all 2 steps are done");
      replaysTheSame("f");
    }

    @Test
    void keeps_the_version_it_was_pinned_to_and_can_take_another() {
      original();
      planner.define(Wire.agent("default", "2").setSystemPrompt("You help more.").build());

      fork("o", 1, ForkRequest.unchanged("f", "t1"));
      assertThat(planner.modelCall().prompt().system()).isEqualTo("You help.");
      fork(
          "o",
          1,
          new ForkRequest(
              "g",
              "t1",
              Optional.empty(),
              Optional.of("2"),
              Optional.empty(),
              Optional.empty(),
              Optional.empty()));

      assertThat(planner.modelCall().prompt().system()).isEqualTo("You help more.");
    }

    @Test
    void that_can_not_be_is_refused_with_the_reason() {
      original();

      assertThat(
              ForkPlan.of(
                  planner.recorded("o"), 99, ForkRequest.unchanged("f", "t1"), planner.topics))
          .isEqualTo(
              new ForkPlan.Outcome.Impossible(
                  "of session o events 1 to %d are kept, there is no event 99"
                      .formatted(planner.events("o").size())));
    }

    @Test
    void of_a_session_where_nothing_was_under_way_changes_nothing_and_says_so() {
      original();
      ForkRequest other =
          new ForkRequest(
              "f",
              "t1",
              Optional.empty(),
              Optional.empty(),
              Optional.empty(),
              Optional.of("Be brief."),
              Optional.empty());

      ForkPlan.Outcome outcome =
          ForkPlan.of(planner.recorded("o"), planner.events("o").size(), other, planner.topics);

      assertThat(outcome)
          .isInstanceOfSatisfying(
              ForkPlan.Outcome.Impossible.class,
              impossible -> assertThat(impossible.why()).contains("no task was under way"));
    }

    @Test
    void has_the_limits_of_the_task_but_for_those_that_are_named() {
      submit(
          Wire.task("o", "t1")
              .setLimits(Limits.newBuilder().setMaxSteps(7).setMaxOutputTokens(50L).build()));
      planner.modelCalls();

      fork(
          "o",
          1,
          new ForkRequest(
              "f",
              "t1",
              Optional.empty(),
              Optional.empty(),
              Optional.empty(),
              Optional.empty(),
              Optional.of(Limits.newBuilder().setMaxSteps(3).build())));

      assertThat(planner.modelCall().call().getMaxOutputTokens()).isEqualTo(50);
      assertThat(planner.lastEvent("f").getLeft().getSteps()).isEqualTo(2);
    }

    private static String body(DrivenPlanner.Made made) {
      StringBuilder body = new StringBuilder();
      made.prompt()
          .fragments()
          .forEach(part -> body.append(new String(part, StandardCharsets.UTF_8)));
      return body.toString();
    }
  }

  @Nested
  final class What_is_too_long {
    private static final int MEGABYTE = 1_000_000;

    @Test
    void arguments_of_a_call_are_refused_and_the_model_is_told() {
      submit(Wire.task("s", "t1"));

      planner.reply(
          Wire.asksFor(
              planner.modelCall().call(), "search {\"q\":\"%s\"}".formatted("x".repeat(300_000))));

      assertThat(planner.written(planner.topics.toolCalls("default"))).isEmpty();
      assertThat(planner.lastEvent("s").getReason()).contains("at most 262144 are allowed");
      planner.reply(Wire.says(planner.modelCall().call(), "sorry"));
      assertThat(result("t1").getStatus()).isEqualTo(TaskStatus.COMPLETE);
      replaysTheSame("s");
    }

    @Test
    void edited_arguments_are_refused_and_the_request_stays_open() {
      submit(Wire.task("s", "t1"));
      planner.reply(Wire.asksFor(planner.modelCall().call(), "refund"));
      var request = planner.written(planner.topics.approvalRequests()).getLast();

      planner.send(
          planner.topics.approvalDecisions(),
          "s",
          Wire.decision(request, Verdict.EDIT)
              .setArguments("{\"q\":\"%s\"}".formatted("x".repeat(300_000)))
              .build());

      assertThat(planner.lastEvent("s").getReason()).contains("at most 262144 are allowed");
      assertThat(planner.lastEvent("s").getState()).isEqualTo("AwaitingTools");
    }

    @Test
    void what_people_and_models_write_is_cut_in_reasons() {
      submit(Wire.task("s", "t1"));
      planner.modelCalls();

      planner.send(
          planner.topics.controls(),
          "s",
          Control.newBuilder()
              .setControlId("c1")
              .setSessionId("s")
              .setKind(ControlKind.CANCEL)
              .setReason("x".repeat(MEGABYTE))
              .setRequestedBy("y".repeat(10_000))
              .setRequestedAt(DrivenPlanner.START)
              .build());

      assertThat(result("t1").getWhy()).hasSizeLessThan(2_000);
      assertThat(planner.lastEvent("s").getReason()).hasSizeLessThan(4_000);
    }

    @Test
    void the_text_of_a_result_is_cut() {
      submit(Wire.task("s", "t1").setMetadata(Map.of("k", "v".repeat(300_000))));

      planner.reply(Wire.says(planner.modelCall().call(), "x".repeat(900_000)));

      assertThat(result("t1").getText()).hasSizeLessThan(200_000);
      assertThat(result("t1").getWhy()).contains("the text was cut from 900000 characters");
    }

    @Test
    void the_answer_of_a_sub_agent_is_cut_to_head_and_tail() {
      planner.define(
          planner.topics.tools(), "helper", Wire.tool("helper").setAgent("default").build());
      submit(Wire.task("s", "t1"));
      planner.reply(Wire.asksFor(planner.modelCall().call(), "helper {\"task\":\"write\"}"));
      DrivenPlanner.Made child = planner.modelCall();

      planner.reply(Wire.says(child.call(), "a" + "x".repeat(400_000) + "z"));

      var answer = planner.written(planner.topics.toolResults()).getLast();
      assertThat(answer.getContent())
          .hasSizeLessThan(70_000)
          .startsWith("a")
          .endsWith("z")
          .contains("the whole is the result of session s/1/0");
      assertThat(answer.getFullBytes()).isEqualTo(400_002);
      assertThat(planner.modelCall().call().getSessionId()).isEqualTo("s");
    }

    @Test
    void an_agent_whose_tools_fit_no_record_is_not_served() {
      for (int i = 0; i < 12; i++) {
        planner.define(
            planner.topics.tools(),
            "big" + i,
            Wire.tool("big" + i).setDescription("x".repeat(100_000)).build());
      }

      submit(Wire.task("s", "t1"));

      assertThat(result("t1").getWhy()).contains("allow it fewer tools");
    }

    @Test
    void names_are_no_novels() {
      submit(Wire.task("s", "t1").setAgent("x".repeat(300)));
      submit(Wire.task("s", "t2").setTenant("a\nb"));
      submit(Wire.task("s", "t3"));

      assertThat(planner.events("s")).hasSize(1);
      assertThat(planner.modelCall().call().getTaskId()).isEqualTo("t3");
    }
  }
}
