package dev.weirkeeper.audit;

import dev.weirkeeper.schemas.chain.EventHash;
import dev.weirkeeper.schemas.chain.InputHash;
import dev.weirkeeper.schemas.topic.Topics;
import dev.weirkeeper.wire.AuditRef;
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
import dev.weirkeeper.wire.TaskResult;
import dev.weirkeeper.wire.TaskStatus;
import dev.weirkeeper.wire.ToolCall;
import dev.weirkeeper.wire.ToolResult;
import dev.weirkeeper.wire.Usage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.avro.specific.SpecificRecord;

/**
 * Makes the records that sessions leave on the topics: tasks, calls, replies, results, events with
 * their chain and their ledger lines. The same seed makes the same records.
 */
public final class SampleLog {

  /** A record and where it goes. */
  public record Entry(String topic, String key, SpecificRecord value) {}

  private static final Instant START = Instant.parse("2026-11-20T08:00:00Z");
  private static final String[] TOOLS = {"lookup_user", "search_documents", "calculator"};
  private static final String[] MODELS = {"claude-haiku-5-5", "gpt-6-luna"};

  private final Topics topics;
  private final Random random;
  private final int turns;
  private final int resultCharacters;

  /**
   * @param turns model calls of each session, 1 or more
   * @param resultCharacters length of each tool result
   */
  public SampleLog(Topics topics, long seed, int turns, int resultCharacters) {
    this.topics = topics;
    this.random = new Random(seed);
    this.turns = turns;
    this.resultCharacters = resultCharacters;
  }

  /**
   * The records of sessions {@code s<first>} to {@code s<first + count - 1>}, session by session.
   */
  public List<Entry> sessions(int first, int count) {
    List<Entry> all = new ArrayList<>();
    for (int i = first; i < first + count; i++) {
      all.addAll(session("s" + i));
    }
    return all;
  }

  /** The records of one session with one task, in the order in which they would be written. */
  public List<Entry> session(String id) {
    return new Story(id).tell();
  }

  private final class Story {
    private final String session;
    private final String tenant = "tenant-" + random.nextInt(3);
    private final String agent = "agent-" + random.nextInt(2);
    private final String model = MODELS[random.nextInt(MODELS.length)];
    private final List<Entry> entries = new ArrayList<>();
    private Instant now = START.plusSeconds(random.nextInt(86_400));
    private String previous = EventHash.NONE;
    private long sequence;
    private int steps;
    private long spent;

    Story(String session) {
      this.session = session;
    }

    List<Entry> tell() {
      Task task =
          Task.newBuilder()
              .setTaskId("t1")
              .setSessionId(session)
              .setText("look into case " + random.nextInt(10_000))
              .setAgent(agent)
              .setTenant(tenant)
              .setMetadata(Map.of("origin", "sample"))
              .setSubmittedAt(now)
              .build();
      put(topics.tasks().name(), task);
      for (int turn = 1; turn <= turns; turn++) {
        boolean last = turn == turns;
        boolean lost = random.nextInt(20) == 0;
        long reserved = 2_000_000L + random.nextInt(1_000_000);
        String call = session + "/" + turn + "/m1";
        event(
            turn == 1 ? "TaskAccepted" : "ToolCallsCompleted",
            Phase.PLAN,
            "AwaitingModel",
            turn,
            turn == 1 ? InputHash.of(task) : "",
            List.of(new EffectSummary("CallModel", call, "the conversation has grown")),
            List.of(line(LedgerKind.RESERVED, call, reserved)));
        put(
            topics.modelCalls().name(),
            ModelCall.newBuilder()
                .setCallId(call)
                .setSessionId(session)
                .setTaskId("t1")
                .setTurn(turn)
                .setAttempt(1)
                .setModel(new ModelChoice(Provider.ANTHROPIC_MESSAGES, model, null))
                .setRequestHash("aa".repeat(32))
                .setInputTokensBound(5_000)
                .setMaxOutputTokens(1_000)
                .setReservedNanoUsd(reserved)
                .setMessages(turn * 2)
                .setRequestedAt(now)
                .build());
        if (lost) {
          event(
              "ModelReplyLost",
              Phase.PLAN,
              "AwaitingModel",
              turn,
              "",
              List.of(),
              List.of(line(LedgerKind.UNSETTLED, call, reserved)));
          call = session + "/" + turn + "/m2";
          event(
              "ModelCallRetried",
              Phase.PLAN,
              "AwaitingModel",
              turn,
              "",
              List.of(),
              List.of(line(LedgerKind.RESERVED, call, reserved)));
        }
        int wanted = last ? 0 : 1 + random.nextInt(3);
        ModelReply reply = reply(turn, call, wanted);
        put(topics.modelReplies().name(), reply);
        steps++;
        long cost = reply.getCostNanoUsd();
        spent += cost;
        event(
            "ModelReplied",
            Phase.ACT,
            last ? "Idle" : "AwaitingTools",
            turn,
            InputHash.of(reply),
            last ? List.of() : List.of(new EffectSummary("CallTool", session + "/" + turn, "")),
            List.of(
                line(LedgerKind.SETTLED, call, cost),
                line(LedgerKind.RELEASED, call, reserved - cost)));
        for (int i = 0; i < wanted; i++) {
          tool(turn, i, reply.getCalls().get(i));
        }
      }
      result();
      return entries;
    }

    private ModelReply reply(int turn, String call, int wanted) {
      List<RequestedCall> calls = new ArrayList<>();
      for (int i = 0; i < wanted; i++) {
        calls.add(
            new RequestedCall(
                "toolu_" + turn + "_" + i,
                TOOLS[random.nextInt(TOOLS.length)],
                "{\"query\":\"case " + random.nextInt(1000) + "\"}",
                "bb".repeat(32),
                null));
      }
      now = now.plusMillis(800);
      return ModelReply.newBuilder()
          .setCallId(call)
          .setSessionId(session)
          .setTaskId("t1")
          .setTurn(turn)
          .setAttempt(call.endsWith("m2") ? 2 : 1)
          .setModel(model)
          .setProvider(Provider.ANTHROPIC_MESSAGES)
          .setStopReason(wanted == 0 ? StopReason.END_TURN : StopReason.TOOL_USE)
          .setContent("[{\"type\":\"text\",\"text\":\"step " + turn + "\"}]")
          .setText("step " + turn)
          .setCalls(calls)
          .setUsage(
              Usage.newBuilder()
                  .setUncachedInput(100 + random.nextInt(400))
                  .setCacheRead(1_000L * turn)
                  .setOutput(50 + random.nextInt(200))
                  .build())
          .setRawUsage("{}")
          .setCostNanoUsd(1_000_000 + random.nextInt(900_000))
          .setPriceBook("2026-11-01")
          .setStartedAt(now)
          .setDurationMs(700)
          .build();
    }

    private void tool(int turn, int index, RequestedCall wanted) {
      String call = session + "/" + turn + "/" + index;
      put(
          topics.toolCalls(Topics.DEFAULT_POOL).name(),
          ToolCall.newBuilder()
              .setCallId(call)
              .setSessionId(session)
              .setTaskId("t1")
              .setTurn(turn)
              .setIndex(index)
              .setTool(wanted.getTool())
              .setToolVersion("cc".repeat(32))
              .setArguments(wanted.getArguments())
              .setArgumentsHash(wanted.getArgumentsHash())
              .setDeadline(now.plusSeconds(30))
              .setAgent(agent)
              .setTenant(tenant)
              .setRequestedAt(now)
              .build());
      now = now.plusMillis(20);
      put(
          topics.toolResults().name(),
          ToolResult.newBuilder()
              .setCallId(call)
              .setSessionId(session)
              .setTaskId("t1")
              .setTool(wanted.getTool())
              .setContent("r".repeat(resultCharacters))
              .setFullBytes(resultCharacters)
              .setExecutor("executor-1")
              .setStartedAt(now)
              .setDurationMs(15)
              .build());
      steps++;
      event("ToolCallCompleted", Phase.OBSERVE, "AwaitingTools", turn, "", List.of(), List.of());
    }

    private void result() {
      put(
          topics.results().name(),
          TaskResult.newBuilder()
              .setTaskId("t1")
              .setSessionId(session)
              .setStatus(TaskStatus.COMPLETE)
              .setWhy("the model ended its turn")
              .setText("done")
              .setSteps(steps)
              .setModelCalls(turns)
              .setToolCalls(Map.of())
              .setUsage(Usage.newBuilder().build())
              .setCostNanoUsd(spent)
              .setAgent(agent)
              .setAgentVersion("1")
              .setModel(model)
              .setTenant(tenant)
              .setMetadata(Map.of())
              .setAudit(new AuditRef(topics.events().name(), 0, 1L, sequence, 0L, null))
              .setAcceptedAt(START)
              .setEndedAt(now)
              .build());
    }

    private void event(
        String type,
        Phase phase,
        String state,
        int turn,
        String inputHash,
        List<EffectSummary> effects,
        List<LedgerLine> ledger) {
      now = now.plusMillis(5);
      SessionEvent.Builder event =
          SessionEvent.newBuilder()
              .setSessionId(session)
              .setSequence(++sequence)
              .setTaskId("t1")
              .setTenant(tenant)
              .setAgent(agent)
              .setAgentVersion("1")
              .setType(type)
              .setPhase(phase)
              .setTurn(turn)
              .setState(state)
              .setReason("because of " + type)
              .setInputHash(inputHash)
              .setEffects(effects)
              .setLedger(ledger)
              .setLeft(new BudgetLeft(null, null, 1_000_000_000L - spent, null))
              .setSpentNanoUsd(spent)
              .setSteps(steps)
              .setTokens(steps * 100L)
              .setAt(now)
              .setPreviousHash(previous);
      previous = EventHash.of(event.build());
      put(topics.events().name(), event.setHash(previous).build());
    }

    private LedgerLine line(LedgerKind kind, String call, long amount) {
      return new LedgerLine(kind, call, amount, model, "2026-11-01");
    }

    private void put(String topic, SpecificRecord value) {
      entries.add(new Entry(topic, session, value));
    }
  }
}
