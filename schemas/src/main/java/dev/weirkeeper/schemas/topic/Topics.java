package dev.weirkeeper.schemas.topic;

import static dev.weirkeeper.schemas.topic.Topic.Key.NAME;
import static dev.weirkeeper.schemas.topic.Topic.Key.ORIGINAL;
import static dev.weirkeeper.schemas.topic.Topic.Key.SESSION;
import static dev.weirkeeper.schemas.topic.Topic.Key.TENANT;

import dev.weirkeeper.schemas.trust.WireClasses;
import dev.weirkeeper.wire.AgentDefinition;
import dev.weirkeeper.wire.Alert;
import dev.weirkeeper.wire.ApprovalDecision;
import dev.weirkeeper.wire.ApprovalRequest;
import dev.weirkeeper.wire.AuditRoot;
import dev.weirkeeper.wire.BudgetGrant;
import dev.weirkeeper.wire.BudgetRequest;
import dev.weirkeeper.wire.Control;
import dev.weirkeeper.wire.Erasure;
import dev.weirkeeper.wire.ForkPart;
import dev.weirkeeper.wire.LedgerAdjustment;
import dev.weirkeeper.wire.ModelCall;
import dev.weirkeeper.wire.ModelReply;
import dev.weirkeeper.wire.Pins;
import dev.weirkeeper.wire.SessionEvent;
import dev.weirkeeper.wire.Task;
import dev.weirkeeper.wire.TaskResult;
import dev.weirkeeper.wire.TenantDefinition;
import dev.weirkeeper.wire.TokenDelta;
import dev.weirkeeper.wire.ToolCall;
import dev.weirkeeper.wire.ToolDefinition;
import dev.weirkeeper.wire.ToolResult;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;

/**
 * The topic catalogue: the only place where a topic's name, key, value, retention and writer stand.
 *
 * <p>Immutable and thread-safe.
 */
public final class Topics {

  /** The prefix used unless a deployment sets another. */
  public static final String DEFAULT_PREFIX = "agent.";

  /** The tool pool of tools that name none. */
  public static final String DEFAULT_POOL = "default";

  private static final Pattern PREFIX = Pattern.compile("([a-z0-9-]+\\.)*");
  private static final Pattern POOL = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");
  private static final Duration WEEK = Duration.ofDays(7);
  private static final Duration MONTH = Duration.ofDays(30);

  static {
    WireClasses.trust();
  }

  private final String prefix;

  /**
   * A catalogue under a prefix.
   *
   * @param prefix lower-case words, each followed by a dot; may be empty
   * @throws IllegalArgumentException if it is of another form
   */
  public Topics(String prefix) {
    if (!PREFIX.matcher(prefix).matches()) {
      throw new IllegalArgumentException(
          "topic prefix '" + prefix + "' must be lower-case words each followed by a dot");
    }
    this.prefix = prefix;
  }

  public Topic<Task> tasks() {
    return topic("tasks", Task.class, SESSION, WEEK, "users");
  }

  public Topic<Control> controls() {
    return topic("controls", Control.class, SESSION, WEEK, "users, console");
  }

  /** Sessions that go on from a point of another one. */
  public Topic<ForkPart> forks() {
    return topic("forks", ForkPart.class, SESSION, MONTH, "weir fork");
  }

  public Topic<AgentDefinition> definitions() {
    return compacted("definitions", AgentDefinition.class, "weir agents apply");
  }

  public Topic<ToolDefinition> tools() {
    return compacted("tools", ToolDefinition.class, "executors");
  }

  public Topic<TenantDefinition> tenants() {
    return compacted("tenants", TenantDefinition.class, "administrators");
  }

  public Topic<Pins> pins() {
    return compacted("pins", Pins.class, "planner");
  }

  public Topic<ModelCall> modelCalls() {
    return topic("model-calls", ModelCall.class, SESSION, WEEK, "planner");
  }

  public Topic<ModelReply> modelReplies() {
    return topic("model-replies", ModelReply.class, SESSION, MONTH, "planner's model client");
  }

  /**
   * The calls of one tool pool.
   *
   * @throws IllegalArgumentException if the pool's name is not lower-case letters, digits and
   *     dashes
   */
  public Topic<ToolCall> toolCalls(String pool) {
    return topic("tool-calls." + valid(pool), ToolCall.class, SESSION, WEEK, "planner");
  }

  public Topic<ToolResult> toolResults() {
    return topic("tool-results", ToolResult.class, SESSION, MONTH, "executors");
  }

  public Topic<ApprovalRequest> approvalRequests() {
    return topic("approval-requests", ApprovalRequest.class, SESSION, MONTH, "planner");
  }

  public Topic<ApprovalDecision> approvalDecisions() {
    return topic(
        "approval-decisions", ApprovalDecision.class, SESSION, MONTH, "console, CLI, users");
  }

  public Topic<BudgetRequest> budgetRequests() {
    return topic("budget-requests", BudgetRequest.class, TENANT, WEEK, "planner");
  }

  public Topic<BudgetGrant> budgetGrants() {
    return topic("budget-grants", BudgetGrant.class, SESSION, WEEK, "planner");
  }

  public Topic<SessionEvent> events() {
    return topic("events", SessionEvent.class, SESSION, MONTH, "planner");
  }

  public Topic<TaskResult> results() {
    return topic("results", TaskResult.class, SESSION, MONTH, "planner");
  }

  public Topic<Alert> alerts() {
    return topic("alerts", Alert.class, SESSION, MONTH, "planner, audit sink");
  }

  /** Corrections of the ledger. */
  public Topic<LedgerAdjustment> ledgerAdjustments() {
    return topic(
        "ledger-adjustments", LedgerAdjustment.class, SESSION, Duration.ofDays(3650), "auditors");
  }

  /** What binds the audit store to the topics. */
  public Topic<AuditRoot> auditRoots() {
    return compacted("audit-roots", AuditRoot.class, "audit sink");
  }

  /** Whose content is to be unreadable: read before anything else is stored. */
  public Topic<Erasure> erasures() {
    return compacted("erasures", Erasure.class, "weir erase");
  }

  public Topic<TokenDelta> stream() {
    return topic(
        "stream", TokenDelta.class, SESSION, Duration.ofMinutes(10), "planner's model client");
  }

  /**
   * Records that could not be read or handled: the original bytes, reason and origin in headers.
   */
  public Topic<?> deadLetters() {
    return new Topic<>(
        prefix + "dead-letters", Optional.empty(), ORIGINAL, Optional.of(MONTH), "all");
  }

  /**
   * The group whose members run the calls of a pool. It starts with the prefix, so that one rule on
   * the prefix gives a service its rights to topics and group.
   *
   * @throws IllegalArgumentException if the pool's name is not lower-case letters, digits and
   *     dashes
   */
  public String executorGroup(String pool) {
    return prefix + "executors." + valid(pool);
  }

  /**
   * The planner's application id, which Kafka Streams uses as group and prefix of its own topics.
   */
  public String plannerApplication() {
    return prefix + "planner";
  }

  /** The group of the audit sinks. */
  public String auditGroup() {
    return prefix + "audit-sink";
  }

  /** Every topic, with one topic of calls for each of the pools. */
  public List<Topic<?>> all(Collection<String> pools) {
    return Stream.<Topic<?>>concat(
            Stream.of(
                tasks(),
                controls(),
                forks(),
                definitions(),
                tools(),
                tenants(),
                pins(),
                modelCalls(),
                modelReplies(),
                toolResults(),
                approvalRequests(),
                approvalDecisions(),
                budgetRequests(),
                budgetGrants(),
                events(),
                results(),
                alerts(),
                ledgerAdjustments(),
                auditRoots(),
                erasures(),
                stream(),
                deadLetters()),
            pools.stream().map(this::toolCalls))
        .toList();
  }

  private static String valid(String pool) {
    if (!POOL.matcher(pool).matches()) {
      throw new IllegalArgumentException(
          "tool pool '" + pool + "' must be 1 to 63 lower-case letters, digits and dashes");
    }
    return pool;
  }

  private <T extends SpecificRecord> Topic<T> topic(
      String name, Class<T> value, Topic.Key key, Duration retention, String writer) {
    return new Topic<>(prefix + name, Optional.of(value), key, Optional.of(retention), writer);
  }

  private <T extends SpecificRecord> Topic<T> compacted(
      String name, Class<T> value, String writer) {
    return new Topic<>(prefix + name, Optional.of(value), NAME, Optional.empty(), writer);
  }
}
