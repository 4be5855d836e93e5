package dev.weirkeeper.cli.conformance;

import dev.weirkeeper.cli.cluster.Cluster;
import dev.weirkeeper.cli.conformance.Wire.Answer;
import dev.weirkeeper.executor.tool.InputSchema;
import dev.weirkeeper.schemas.deadletter.DeadLetter;
import dev.weirkeeper.wire.Control;
import dev.weirkeeper.wire.ControlKind;
import dev.weirkeeper.wire.ToolCall;
import dev.weirkeeper.wire.ToolDefinition;
import dev.weirkeeper.wire.ToolError;
import dev.weirkeeper.wire.ToolErrorCode;
import dev.weirkeeper.wire.ToolResult;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.kafka.common.header.Header;

/**
 * Runs the contract against the executors of a pool, which must offer the tool {@code
 * conformance_echo}; what can only be seen with {@code conformance_sleep}, {@code
 * conformance_large}, {@code conformance_fail} and {@code conformance_count} is skipped where they
 * are not offered.
 */
public final class ExecutorConformance implements AutoCloseable {

  static final String ECHO = "conformance_echo";
  static final String SLEEP = "conformance_sleep";
  static final String LARGE = "conformance_large";
  static final String FAIL = "conformance_fail";
  static final String COUNT = "conformance_count";

  private static final String TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  private static final int MANY = 50;
  private static final int TOO_LONG = 3_000_000;

  private final Wire wire;
  private final String pool;
  private final Duration patience;
  private final String run = UUID.randomUUID().toString().substring(0, 8);
  private int sessions;

  /**
   * Looks at the executors of a pool.
   *
   * @param patience longest wait for anything that should come
   */
  public ExecutorConformance(Cluster cluster, String pool, Duration patience) {
    this.wire = new Wire(cluster, pool);
    this.pool = pool;
    this.patience = patience;
  }

  /** One thing to check. */
  private interface Check {
    void run() throws InterruptedException, Failed, Skipped;
  }

  private static final class Failed extends Exception {
    private static final long serialVersionUID = 1L;

    Failed(String why) {
      super(why);
    }
  }

  private static final class Skipped extends Exception {
    private static final long serialVersionUID = 1L;

    Skipped(String why) {
      super(why);
    }
  }

  /**
   * Runs every check, in the order of the contract.
   *
   * @param each told of each as it ends
   * @return all of them
   */
  public List<Verdict> run(Consumer<Verdict> each) throws InterruptedException {
    List<Verdict> verdicts = new ArrayList<>();
    Consumer<Verdict> both =
        verdict -> {
          verdicts.add(verdict);
          each.accept(verdict);
        };
    if (!Wire.await(patience, () -> wire.ready() ? Optional.of(true) : Optional.empty())
        .isPresent()) {
      both.accept(new Verdict("the topics can be read", Verdict.Outcome.FAILED, "not in time", 0));
      return verdicts;
    }
    check(
        both, "publishes its tools, each with a definition that planners can use", this::catalogue);
    check(both, "answers a call, with everything that identifies it", this::answers);
    check(both, "takes the call's headers over to the result", this::headers);
    check(both, "answers many calls at once, each of them", this::many);
    check(both, "answers a call that is delivered twice as it did before", this::duplicates);
    check(both, "runs a call with side effects once, however often it is delivered", this::once);
    check(both, "names the tools there are to whoever asks for another", this::unknownTool);
    check(both, "says what is wrong with arguments, and does not run them", this::invalid);
    check(both, "does not run arguments other than those that were hashed", this::hash);
    check(both, "does not run a call whose deadline has passed", this::late);
    check(both, "stops a call at its deadline", this::deadline);
    check(both, "lets no slow call keep a fast one waiting", this::beside);
    check(both, "stops the calls of a cancelled session, and begins no more", this::cancel);
    check(both, "tells of a tool's failure without its inside", this::failure);
    check(both, "answers in words when a result is too long for a record", this::large);
    check(both, "puts records aside that it can't read, and goes on", this::poison);
    check(both, "writes nothing that planners can't read", this::readable);
    return verdicts;
  }

  private void check(Consumer<Verdict> verdicts, String what, Check check)
      throws InterruptedException {
    long began = System.nanoTime();
    Verdict.Outcome outcome = Verdict.Outcome.PASSED;
    String detail = "";
    try {
      check.run();
    } catch (Failed e) {
      outcome = Verdict.Outcome.FAILED;
      detail = String.valueOf(e.getMessage());
    } catch (Skipped e) {
      outcome = Verdict.Outcome.SKIPPED;
      detail = String.valueOf(e.getMessage());
    }
    verdicts.accept(new Verdict(what, outcome, detail, (System.nanoTime() - began) / 1_000_000));
  }

  private void catalogue() throws InterruptedException, Failed {
    var _ =
        Wire.await(patience, () -> offered(ECHO))
            .orElseThrow(
                () ->
                    new Failed(
                        "no definition of %s with pool %s appeared; there are: %s"
                            .formatted(
                                ECHO,
                                pool,
                                wire.offered().stream()
                                    .map(tool -> tool.definition().getName())
                                    .distinct()
                                    .toList())));
    for (Wire.Offered offered : wire.offered()) {
      ToolDefinition tool = offered.definition();
      String name = tool.getName();
      require(name.matches("[A-Za-z0-9_-]{1,64}"), "'%s' is no name for a tool", name);
      require(offered.key().equals(name), "%s has key '%s', not its name", name, offered.key());
      require(!tool.getVersion().isBlank(), "%s has no version", name);
      require(!tool.getDescription().isBlank(), "%s has no description", name);
      require(
          !(tool.getDestructive() && tool.getReadOnly()),
          "%s is both destructive and read-only",
          name);
      require(tool.getTimeoutMs() > 0, "%s has timeout_ms %d", name, tool.getTimeoutMs());
      require(
          tool.getMaxResultBytes() >= 1024,
          "%s has max_result_bytes %d, less than 1024",
          name,
          tool.getMaxResultBytes());
      try {
        var _ = InputSchema.of(tool.getInputSchema());
      } catch (IllegalArgumentException e) {
        throw new Failed(name + ": " + e.getMessage());
      }
    }
  }

  private Optional<ToolDefinition> offered(String name) {
    return wire.offered().stream()
        .map(Wire.Offered::definition)
        .filter(tool -> tool.getName().equals(name))
        .reduce((older, newer) -> newer);
  }

  private void needs(String tool) throws Skipped {
    if (offered(tool).isEmpty()) {
      throw new Skipped("the pool offers no " + tool);
    }
  }

  private void answers() throws InterruptedException, Failed, Skipped {
    needs(ECHO);
    ToolCall call = echo("hello").build();
    Instant before = Instant.now().minusSeconds(60);
    Answer answer = ask(call);
    ToolResult result = answer.result();
    require(result.getError() == null, "it answered %s", result.getError());
    require(
        result.getContent().contains("hello"),
        "the content is %s and does not have the text of the arguments",
        result.getContent());
    require(
        answer.key().equals(call.getSessionId()), "the key is %s, not the session", answer.key());
    require(result.getSessionId().equals(call.getSessionId()), "session_id is not the call's");
    require(result.getTaskId().equals(call.getTaskId()), "task_id is not the call's");
    require(result.getAttempt() == call.getAttempt(), "attempt is not the call's");
    require(result.getTool().equals(ECHO), "tool is %s", result.getTool());
    require(!result.getExecutor().isBlank(), "executor is blank");
    require(
        result.getFullBytes() == result.getContent().getBytes(StandardCharsets.UTF_8).length,
        "full_bytes is %d and the content has %d",
        result.getFullBytes(),
        result.getContent().getBytes(StandardCharsets.UTF_8).length);
    require(result.getStartedAt().isAfter(before), "started_at is %s", result.getStartedAt());
    require(result.getDurationMs() >= 0, "duration_ms is %d", result.getDurationMs());
  }

  private void headers() throws InterruptedException, Failed, Skipped {
    needs(ECHO);
    ToolCall call = echo("traced").build();
    wire.send(call, Map.of("traceparent", TRACE));
    Header header = first(call).headers().lastHeader("traceparent");
    require(
        header != null && new String(header.value(), StandardCharsets.UTF_8).equals(TRACE),
        "the result has no traceparent, or another");
  }

  private void many() throws InterruptedException, Failed, Skipped {
    needs(ECHO);
    List<ToolCall> calls = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      ToolCall call = echo("number " + i).build();
      wire.send(call, Map.of());
      calls.add(call);
    }
    for (ToolCall call : calls) {
      require(first(call).result().getError() == null, "%s failed", call.getCallId());
    }
  }

  private void duplicates() throws InterruptedException, Failed, Skipped {
    needs(ECHO);
    ToolCall call = echo("twice").build();
    Answer first = ask(call);
    wire.send(call, Map.of());
    Answer second = nth(call, 2);
    require(
        second.result().getContent().equals(first.result().getContent())
            && second.result().getError() == null,
        "the second answer was %s",
        second.result());
  }

  private void once() throws InterruptedException, Failed, Skipped {
    needs(COUNT);
    ToolCall call = call(COUNT, "{}").build();
    Answer first = ask(call);
    require(first.result().getError() == null, "it answered %s", first.result().getError());
    wire.send(call, Map.of());
    Answer second = nth(call, 2);
    require(
        second.result().getContent().equals(first.result().getContent()),
        "the first answer was %s, the second %s: it ran twice",
        first.result().getContent(),
        second.result().getContent());
    require(second.result().getFromJournal(), "the second answer has from_journal false");
    ToolCall other =
        ToolCall.newBuilder(call).setArguments("{ }").setArgumentsHash(sha256("{ }")).build();
    wire.send(other, Map.of());
    require(
        nth(call, 3).result().getError() != null,
        "the same call id with other arguments was answered as if it were the first");
  }

  private void unknownTool() throws InterruptedException, Failed, Skipped {
    needs(ECHO);
    ToolError error =
        refused(call("conformance_no_such_tool", "{}").build(), ToolErrorCode.UNKNOWN_TOOL);
    require(
        error.getMessage().contains(ECHO),
        "the message does not name the tools there are: %s",
        error.getMessage());
  }

  private void invalid() throws InterruptedException, Failed, Skipped {
    needs(ECHO);
    ToolError missing = refused(call(ECHO, "{}").build(), ToolErrorCode.INVALID_ARGUMENTS);
    require(
        missing.getMessage().contains("text"),
        "the message does not name the missing argument: %s",
        missing.getMessage());
    ToolError wrong = refused(call(ECHO, "{\"text\":5}").build(), ToolErrorCode.INVALID_ARGUMENTS);
    require(
        wrong.getMessage().contains("/text"),
        "the message has no path to the wrong argument: %s",
        wrong.getMessage());
  }

  private void hash() throws InterruptedException, Failed, Skipped {
    needs(ECHO);
    refused(echo("one").setArguments("{\"text\":\"another\"}").build(), ToolErrorCode.REJECTED);
  }

  private void late() throws InterruptedException, Failed, Skipped {
    needs(ECHO);
    refused(echo("late").setDeadline(Instant.now().minusSeconds(1)).build(), ToolErrorCode.TIMEOUT);
  }

  private void deadline() throws InterruptedException, Failed, Skipped {
    needs(SLEEP);
    ToolCall call =
        call(SLEEP, "{\"ms\":600000}").setDeadline(Instant.now().plusSeconds(2)).build();
    refused(call, ToolErrorCode.TIMEOUT);
  }

  private void beside() throws InterruptedException, Failed, Skipped {
    needs(ECHO);
    needs(SLEEP);
    ToolCall slow = call(SLEEP, "{\"ms\":2500}").build();
    wire.send(slow, Map.of());
    for (int i = 1; i <= 5; i++) {
      // One session, so one partition.
      ToolCall fast =
          echo("fast")
              .setSessionId(slow.getSessionId())
              .setCallId(id(slow.getSessionId(), i))
              .build();
      wire.send(fast, Map.of());
      first(fast);
    }
    require(
        wire.answers(slow.getCallId()).isEmpty(),
        "the fast calls were answered after the slow one before them");
    first(slow);
  }

  private void cancel() throws InterruptedException, Failed, Skipped {
    needs(ECHO);
    needs(SLEEP);
    ToolCall slow = call(SLEEP, "{\"ms\":600000}").build();
    wire.send(slow, Map.of());
    // It is under way, or will be: either way it has to end.
    Thread.sleep(500);
    wire.send(
        Control.newBuilder()
            .setControlId(slow.getSessionId() + "-cancel")
            .setSessionId(slow.getSessionId())
            .setKind(ControlKind.CANCEL)
            .setReason("conformance")
            .setRequestedBy("weir conformance")
            .setRequestedAt(Instant.now())
            .build());
    require(
        first(slow).result().getError() != null
            && first(slow).result().getError().getCode() == ToolErrorCode.CANCELLED,
        "the running call was answered %s",
        first(slow).result());
    refused(
        echo("after")
            .setSessionId(slow.getSessionId())
            .setCallId(id(slow.getSessionId(), 1))
            .setRequestedAt(slow.getRequestedAt())
            .build(),
        ToolErrorCode.CANCELLED);
  }

  private void failure() throws InterruptedException, Failed, Skipped {
    needs(FAIL);
    ToolError error = refused(call(FAIL, "{}").build(), ToolErrorCode.EXECUTION_ERROR);
    require(
        !error.getMessage().contains("a detail that no model should see")
            && !error.getMessage().contains("\n"),
        "the message shows the inside of the tool: %s",
        error.getMessage());
  }

  private void large() throws InterruptedException, Failed, Skipped {
    needs(LARGE);
    ToolResult result = ask(call(LARGE, "{\"bytes\":" + TOO_LONG + "}").build()).result();
    ToolError error = result.getError();
    boolean shortened =
        error == null && result.getHandle() != null && result.getFullBytes() == TOO_LONG;
    require(
        shortened || (error != null && error.getCode() == ToolErrorCode.RESULT_TOO_LARGE),
        "it answered neither head and tail with a handle nor result_too_large, but %s",
        error == null ? result.getFullBytes() + " bytes" : error);
  }

  private void poison() throws InterruptedException, Failed, Skipped {
    needs(ECHO);
    int before = wire.deadLetters().size();
    String session = session();
    byte[] whole = wire.bytes(echo("cut").build());
    List<byte[]> poison =
        List.of(
            "no avro at all".getBytes(StandardCharsets.UTF_8),
            new byte[0],
            new byte[] {0, 0x7f, 0x7f, 0x7f, 0x7f, 1, 2, 3},
            Arrays.copyOf(whole, whole.length / 2));
    for (byte[] each : poison) {
      wire.sendRaw(session, each);
    }
    ToolCall after = echo("after").setSessionId(session).setCallId(id(session, 0)).build();
    require(ask(after).result().getError() == null, "the call after them failed");
    var _ =
        Wire.await(
                patience,
                () ->
                    wire.deadLetters().size() >= before + poison.size()
                        ? Optional.of(true)
                        : Optional.empty())
            .orElseThrow(
                () ->
                    new Failed(
                        "%d of %d are in the dead letters with their place"
                            .formatted(wire.deadLetters().size() - before, poison.size())));
    require(
        wire.deadLetters().stream().map(DeadLetter::reason).noneMatch(String::isBlank),
        "a dead letter has no reason");
  }

  private void readable() throws Failed {
    require(wire.unreadable().isEmpty(), "%s", wire.unreadable());
  }

  private ToolCall.Builder echo(String text) {
    return call(ECHO, "{\"text\":\"" + text + "\"}");
  }

  private ToolCall.Builder call(String tool, String arguments) {
    String session = session();
    Instant now = Instant.now();
    return ToolCall.newBuilder()
        .setCallId(id(session, 0))
        .setSessionId(session)
        .setTaskId(session + "-task")
        .setTurn(1)
        .setIndex(0)
        .setPool(pool)
        .setTool(tool)
        .setToolVersion(offered(tool).map(ToolDefinition::getVersion).orElse("none"))
        .setArguments(arguments)
        .setArgumentsHash(sha256(arguments))
        .setDeadline(now.plus(patience))
        .setAgent("conformance")
        .setTenant("conformance")
        .setRequestedAt(now);
  }

  private String session() {
    return "conformance-" + run + "-" + ++sessions;
  }

  private static String id(String session, int index) {
    return session + "/1/" + index;
  }

  private Answer ask(ToolCall call) throws InterruptedException, Failed {
    wire.send(call, Map.of());
    return first(call);
  }

  private ToolError refused(ToolCall call, ToolErrorCode code) throws InterruptedException, Failed {
    ToolResult result = ask(call).result();
    ToolError error = result.getError();
    if (error == null || error.getCode() != code) {
      throw new Failed("expected %s, got %s".formatted(code, error == null ? "a result" : error));
    }
    return error;
  }

  private Answer first(ToolCall call) throws InterruptedException, Failed {
    return nth(call, 1);
  }

  private Answer nth(ToolCall call, int number) throws InterruptedException, Failed {
    return Wire.await(
            patience.plusSeconds(5),
            () -> wire.answers(call.getCallId()).stream().skip(number - 1L).findFirst())
        .orElseThrow(
            () ->
                new Failed(
                    "no answer number %d to call %s of %s came within %d s"
                        .formatted(
                            number, call.getCallId(), call.getTool(), patience.toSeconds() + 5)));
  }

  private static void require(boolean holds, String otherwise, Object... values) throws Failed {
    if (!holds) {
      throw new Failed(otherwise.formatted(values));
    }
  }

  private static String sha256(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  @Override
  public void close() {
    wire.close();
  }
}
