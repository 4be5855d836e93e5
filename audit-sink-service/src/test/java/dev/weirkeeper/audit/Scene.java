package dev.weirkeeper.audit;

import dev.weirkeeper.audit.SampleLog.Entry;
import dev.weirkeeper.schemas.chain.EventHash;
import dev.weirkeeper.schemas.topic.Topics;
import dev.weirkeeper.wire.AgentDefinition;
import dev.weirkeeper.wire.Alert;
import dev.weirkeeper.wire.AlertKind;
import dev.weirkeeper.wire.ApprovalKind;
import dev.weirkeeper.wire.ApprovalRequest;
import dev.weirkeeper.wire.BudgetLeft;
import dev.weirkeeper.wire.EffectSummary;
import dev.weirkeeper.wire.LedgerKind;
import dev.weirkeeper.wire.LedgerLine;
import dev.weirkeeper.wire.ModelCall;
import dev.weirkeeper.wire.ModelChoice;
import dev.weirkeeper.wire.ModelReply;
import dev.weirkeeper.wire.Phase;
import dev.weirkeeper.wire.Provider;
import dev.weirkeeper.wire.RequestedCall;
import dev.weirkeeper.wire.SessionEvent;
import dev.weirkeeper.wire.StopReason;
import dev.weirkeeper.wire.Task;
import dev.weirkeeper.wire.TenantDefinition;
import dev.weirkeeper.wire.ToolCall;
import dev.weirkeeper.wire.ToolDefinition;
import dev.weirkeeper.wire.ToolError;
import dev.weirkeeper.wire.ToolErrorCode;
import dev.weirkeeper.wire.ToolResult;
import dev.weirkeeper.wire.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/**
 * A session that stands still: one model call is answered, one tool call has failed, another waits
 * for a person, an alert was raised. Every text in it can be chosen.
 */
public final class Scene {

  /** SHA-256 of the arguments that wait, as far as anybody here checks. */
  public static final String ARGUMENTS_HASH = "ab".repeat(32);

  private final Topics topics;
  private final UnaryOperator<String> text;
  private final Instant now;
  private final List<Entry> entries = new ArrayList<>();
  private String previous = EventHash.NONE;
  private long sequence;

  /**
   * @param text what stands for a text that would usually be there
   */
  public Scene(Topics topics, Instant now, UnaryOperator<String> text) {
    this.topics = topics;
    this.now = now;
    this.text = text;
  }

  /** The records of a waiting session. */
  public List<Entry> waiting(String session, String tenant, Map<String, String> metadata) {
    return waiting(session, tenant, metadata, null);
  }

  /** The same about a person, whose content is stored under a key. */
  public List<Entry> waiting(
      String session, String tenant, Map<String, String> metadata, @Nullable String subject) {
    entries.clear();
    previous = EventHash.NONE;
    sequence = 0;
    String agent = text.apply("clerk");
    String model = session + "/1/m1";
    put(
        topics.tasks().name(),
        session,
        Task.newBuilder()
            .setTaskId("t1")
            .setSessionId(session)
            .setText(text.apply("delete what is old"))
            .setAgent(agent)
            .setTenant(tenant)
            .setSubject(subject)
            .setMetadata(metadata)
            .setSubmittedAt(now)
            .build());
    event(
        session,
        tenant,
        agent,
        "TaskSubmitted",
        Phase.PLAN,
        "AwaitingModel",
        0,
        List.of(new EffectSummary("CallModel", model, text.apply("the first call"))),
        List.of(line(LedgerKind.RESERVED, model, 2_000_000)));
    put(
        topics.modelCalls().name(),
        session,
        ModelCall.newBuilder()
            .setCallId(model)
            .setSessionId(session)
            .setTaskId("t1")
            .setTurn(1)
            .setAttempt(1)
            .setModel(
                new ModelChoice(Provider.ANTHROPIC_MESSAGES, text.apply("claude-haiku-5-5"), null))
            .setRequestHash("aa".repeat(32))
            .setInputTokensBound(5_000)
            .setMaxOutputTokens(1_000)
            .setReservedNanoUsd(2_000_000)
            .setMessages(1)
            .setRequestedAt(now.plusMillis(10))
            .build());
    put(
        topics.modelReplies().name(),
        session,
        ModelReply.newBuilder()
            .setCallId(model)
            .setSessionId(session)
            .setTaskId("t1")
            .setTurn(1)
            .setAttempt(1)
            .setModel(text.apply("claude-haiku-5-5"))
            .setProvider(Provider.ANTHROPIC_MESSAGES)
            .setStopReason(StopReason.TOOL_USE)
            .setText(text.apply("I look and then delete."))
            .setCalls(
                List.of(
                    new RequestedCall("a", text.apply("look"), "{\"q\":1}", "bb".repeat(32), null),
                    new RequestedCall(
                        "b", text.apply("delete"), "{\"q\":2}", ARGUMENTS_HASH, null)))
            .setUsage(Usage.newBuilder().setUncachedInput(300).setOutput(40).build())
            .setCostNanoUsd(1_234_567)
            .setPriceBook("2026-11-01")
            .setStartedAt(now.plusMillis(30))
            .setDurationMs(600)
            .build());
    event(
        session,
        tenant,
        agent,
        "ModelReplied",
        Phase.ACT,
        "AwaitingTools",
        1_234_567,
        List.of(new EffectSummary("RequestApproval", session + "/1/1", text.apply("asks"))),
        List.of(
            line(LedgerKind.SETTLED, model, 1_234_567),
            line(LedgerKind.RELEASED, model, 2_000_000 - 1_234_567)));
    put(
        topics.toolCalls(Topics.DEFAULT_POOL).name(),
        session,
        ToolCall.newBuilder()
            .setCallId(session + "/1/0")
            .setSessionId(session)
            .setTaskId("t1")
            .setTurn(1)
            .setIndex(0)
            .setTool(text.apply("look"))
            .setToolVersion("cc".repeat(32))
            .setArguments("{\"q\":\"" + json(text.apply("old")) + "\"}")
            .setArgumentsHash("bb".repeat(32))
            .setDeadline(now.plusSeconds(30))
            .setAgent(agent)
            .setTenant(tenant)
            .setRequestedAt(now.plusMillis(640))
            .build());
    put(
        topics.toolResults().name(),
        session,
        ToolResult.newBuilder()
            .setCallId(session + "/1/0")
            .setSessionId(session)
            .setTaskId("t1")
            .setTool(text.apply("look"))
            .setError(
                ToolError.newBuilder()
                    .setCode(ToolErrorCode.EXECUTION_ERROR)
                    .setMessage(text.apply("the shelf is locked"))
                    .build())
            .setContent(text.apply("the shelf is locked"))
            .setTries(3)
            .setDeliveryCount(2)
            .setExecutor(text.apply("executor-1"))
            .setStartedAt(now.plusMillis(700))
            .setDurationMs(250)
            .build());
    put(
        topics.approvalRequests().name(),
        session,
        ApprovalRequest.newBuilder()
            .setCallId(session + "/1/1")
            .setSessionId(session)
            .setTaskId("t1")
            .setKind(ApprovalKind.CONFIRM)
            .setTool(text.apply("delete"))
            .setArguments("{\"what\":\"" + json(text.apply("everything")) + "\"}")
            .setArgumentsHash(ARGUMENTS_HASH)
            .setRule(text.apply("default"))
            .setAgent(agent)
            .setTenant(tenant)
            .setQuestion(text.apply("may delete run?"))
            .setSpentNanoUsd(1_234_567)
            .setRequestedAt(now.plusMillis(640))
            .setExpiresAt(now.plus(Duration.ofHours(2)))
            .build());
    put(
        topics.alerts().name(),
        session,
        Alert.newBuilder()
            .setAlertId("alert-" + session)
            .setKind(AlertKind.COST)
            .setSessionId(session)
            .setTaskId("t1")
            .setTenant(tenant)
            .setAgent(agent)
            .setThreshold(1_000_000)
            .setValue(1_234_567)
            .setMessage(text.apply("the task costs more than expected"))
            .setAt(now.plusMillis(650))
            .build());
    return List.copyOf(entries);
  }

  /** Definitions of the agent, the tools and a tenant. */
  public List<Entry> definitions(String tenant) {
    entries.clear();
    put(
        topics.definitions().name(),
        "clerk",
        AgentDefinition.newBuilder()
            .setName("clerk")
            .setVersion("7")
            .setDescription(text.apply("cleans up"))
            .setModel(new ModelChoice(Provider.ANTHROPIC_MESSAGES, "claude-haiku-5-5", null))
            .setSystemPrompt(text.apply("You clean up."))
            .build());
    put(
        topics.tools().name(),
        "delete",
        ToolDefinition.newBuilder()
            .setName("delete")
            .setVersion("cc".repeat(32))
            .setDescription(text.apply("Deletes for good."))
            .setInputSchema("{\"type\":\"object\"}")
            .setDestructive(true)
            .build());
    put(
        topics.tenants().name(),
        tenant,
        TenantDefinition.newBuilder()
            .setName(tenant)
            .setMaxCostPerDayNanoUsd(5_000_000_000L)
            .build());
    return List.copyOf(entries);
  }

  private void event(
      String session,
      String tenant,
      String agent,
      String type,
      Phase phase,
      String state,
      long spent,
      List<EffectSummary> effects,
      List<LedgerLine> ledger) {
    SessionEvent.Builder event =
        SessionEvent.newBuilder()
            .setSessionId(session)
            .setSequence(++sequence)
            .setTaskId("t1")
            .setTenant(tenant)
            .setAgent(agent)
            .setAgentVersion("7")
            .setType(type)
            .setPhase(phase)
            .setTurn(1)
            .setState(state)
            .setReason(text.apply("because of " + type))
            .setEffects(effects)
            .setLedger(ledger)
            .setLeft(new BudgetLeft(10, null, 1_000_000_000L, null))
            .setSpentNanoUsd(spent)
            .setSteps((int) sequence)
            .setTokens(340)
            .setAt(now.plusMillis(5 + 620 * (sequence - 1)))
            .setPreviousHash(previous);
    previous = EventHash.of(event.build());
    put(topics.events().name(), session, event.setHash(previous).build());
  }

  private static LedgerLine line(LedgerKind kind, String call, long amount) {
    return new LedgerLine(kind, call, amount, "claude-haiku-5-5", "2026-11-01");
  }

  private static String json(String value) {
    return tools.jackson.databind.json.JsonMapper.shared()
        .writeValueAsString(value)
        .replaceAll("^\"|\"$", "");
  }

  private void put(String topic, String key, SpecificRecord value) {
    entries.add(new Entry(topic, key, value));
  }
}
