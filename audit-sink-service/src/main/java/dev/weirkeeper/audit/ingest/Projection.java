package dev.weirkeeper.audit.ingest;

import dev.weirkeeper.audit.chain.RecordDigest;
import dev.weirkeeper.audit.ingest.Arrival.Content;
import dev.weirkeeper.audit.seal.ContentColumns;
import dev.weirkeeper.audit.seal.Seal;
import dev.weirkeeper.audit.store.CopyRows;
import dev.weirkeeper.audit.store.JsonBytes;
import dev.weirkeeper.audit.store.MergeTable.Row;
import dev.weirkeeper.audit.store.StoredText;
import dev.weirkeeper.schemas.deadletter.DeadLetter;
import dev.weirkeeper.wire.AgentDefinition;
import dev.weirkeeper.wire.Alert;
import dev.weirkeeper.wire.ApprovalDecision;
import dev.weirkeeper.wire.ApprovalRequest;
import dev.weirkeeper.wire.AuditRoot;
import dev.weirkeeper.wire.BudgetGrant;
import dev.weirkeeper.wire.BudgetRequest;
import dev.weirkeeper.wire.Control;
import dev.weirkeeper.wire.LedgerAdjustment;
import dev.weirkeeper.wire.ModelCall;
import dev.weirkeeper.wire.ModelReply;
import dev.weirkeeper.wire.Pins;
import dev.weirkeeper.wire.RequestedCall;
import dev.weirkeeper.wire.SessionEvent;
import dev.weirkeeper.wire.Task;
import dev.weirkeeper.wire.TaskResult;
import dev.weirkeeper.wire.TenantDefinition;
import dev.weirkeeper.wire.ToolCall;
import dev.weirkeeper.wire.ToolDefinition;
import dev.weirkeeper.wire.ToolError;
import dev.weirkeeper.wire.ToolResult;
import dev.weirkeeper.wire.Usage;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Which rows a record becomes: one mapping per record type, total, and always a row of the log.
 *
 * <p>Not thread-safe: one per member.
 */
final class Projection {

  /** Characters of a tool's result that are kept beside the call. */
  static final int PREVIEW = 500;

  private final Tables tables;
  private final EventRows events;
  private final CatalogueTopics topics;
  private final RecordDigest digest = new RecordDigest();
  private final JsonBytes json = new JsonBytes();

  /** How the content of the record at hand is stored. */
  private Seal seal = Seal.open();

  /**
   * What the store holds already of what must not count twice.
   *
   * @param lastSequence of each session with events in the batch, the newest event
   * @param adjustments ids of corrections
   * @param seals how the content of sessions is stored that are not open
   */
  record Known(Map<String, Long> lastSequence, Set<String> adjustments, Map<String, Seal> seals) {

    Seal seal(Arrival arrival) {
      return arrival.session().map(seals::get).orElse(Seal.open());
    }
  }

  /** What the log says about a record besides its bytes. */
  private record Subject(
      String type, @Nullable String session, @Nullable String task, @Nullable String call) {

    static Subject of(SpecificRecord record, @Nullable String session) {
      return new Subject(record.getSchema().getName(), session, null, null);
    }
  }

  Projection(Tables tables, CatalogueTopics topics) {
    this.tables = tables;
    this.events = new EventRows(tables, json);
    this.topics = topics;
  }

  /**
   * Adds the rows of a record that {@link Admission} lets pass, or that was given up.
   *
   * @param known what was stored or projected before; kept up here, so that what comes twice counts
   *     once
   * @return the record's digest
   */
  byte[] add(Arrival arrival, Known known) {
    ConsumerRecord<byte[], byte[]> raw = arrival.raw();
    Instant at = RecordDigest.time(raw.timestamp());
    byte[] hash = digest.of(raw);
    seal = known.seal(arrival);
    switch (arrival.content()) {
      case Content.Understood(SpecificRecord value) -> {
        Subject subject = project(arrival, at, value, known);
        json.clear();
        RecordJson.write(value, json);
        log(arrival, at, hash, subject, json.copy());
        session(subject, at);
      }
      case Content.JsonTask(Task task, JsonNode told) -> {
        Subject subject = task(arrival, at, task);
        json.clear();
        json.node(told);
        log(arrival, at, hash, subject, json.copy());
        session(subject, at);
      }
      case Content.Unreadable(String reason) -> {
        log(arrival, at, hash, new Subject("Unreadable", null, null, null), null);
        tables
            .deadLetters
            .table
            .row(raw.topic(), raw.partition(), raw.offset())
            .set(tables.deadLetters.found, reason, at);
      }
      case Content.Tombstone() -> {
        log(arrival, at, hash, new Subject("Tombstone", null, null, null), null);
        withdrawn(arrival, at);
      }
      case Content.DeadLetter() -> {
        log(arrival, at, hash, new Subject("DeadLetter", null, null, null), null);
        deadLetter(arrival, at);
      }
    }
    return hash;
  }

  private void session(Subject subject, Instant at) {
    if (subject.session() != null) {
      tables
          .sessions
          .table
          .row(subject.session())
          .extend(tables.sessions.firstAt, at)
          .extend(tables.sessions.lastAt, at);
    }
  }

  private Subject project(Arrival arrival, Instant at, SpecificRecord value, Known known) {
    return switch (value) {
      case SessionEvent event -> {
        events.add(arrival, event, known.lastSequence());
        yield new Subject(
            "SessionEvent", event.getSessionId(), emptyToNull(event.getTaskId()), null);
      }
      case ModelCall call -> modelCall(arrival, call);
      case ModelReply reply -> modelReply(arrival, at, reply);
      case ToolCall call -> toolCall(arrival, call);
      case ToolResult result -> toolResult(arrival, result);
      case Task task -> task(arrival, at, task);
      case TaskResult result -> taskResult(arrival, result);
      case ApprovalRequest request -> approvalRequest(arrival, request);
      case ApprovalDecision decision -> approvalDecision(arrival, at, decision);
      case Alert alert -> alert(arrival, alert);
      case LedgerAdjustment adjustment -> adjustment(arrival, adjustment, known);
      case AuditRoot root -> root(arrival, root);
      case Control control ->
          new Subject("Control", control.getSessionId(), control.getTaskId(), null);
      case BudgetGrant grant -> Subject.of(grant, grant.getSessionId());
      case BudgetRequest request ->
          new Subject("BudgetRequest", request.getSessionId(), request.getTaskId(), null);
      case AgentDefinition agent ->
          definition(arrival, at, agent, "agent", agent.getName(), agent.getVersion());
      case ToolDefinition tool ->
          definition(arrival, at, tool, "tool", tool.getName(), tool.getVersion());
      case TenantDefinition tenant ->
          definition(arrival, at, tenant, "tenant", tenant.getName(), "");
      case Pins pins -> definition(arrival, at, pins, "pins", pins.getDigest(), "");
      default -> Subject.of(value, null);
    };
  }

  private void log(
      Arrival arrival, Instant at, byte[] hash, Subject subject, @Nullable ByteBuffer payload) {
    ConsumerRecord<byte[], byte[]> raw = arrival.raw();
    CopyRows log =
        tables
            .log
            .row()
            .date(EventRows.day(at))
            .int2(arrival.topicId())
            .int4(raw.partition())
            .int8(raw.offset())
            .timestamp(at)
            .text(subject.type())
            .textOrNull(raw.key() == null ? null : StoredText.ofKey(raw.key()))
            .textOrNull(subject.session())
            .textOrNull(subject.task())
            .textOrNull(subject.call());
    String row = ContentColumns.row(raw.topic(), raw.partition(), raw.offset());
    if (HeaderJson.any(arrival.headers())) {
      json.clear();
      HeaderJson.write(arrival.headers(), json);
      log.jsonbOrNull(seal.jsonOrNull(ContentColumns.place("log", "headers", row), json.view()));
    } else {
      log.none();
    }
    List<String> withheld = seal.withheld(arrival.withheld());
    log.byteaOrNull(seal.bytes(ContentColumns.place("log", "value", row), arrival.value()))
        .jsonbOrNull(seal.readable() ? payload : null)
        .byteaOrNull(hash)
        .textsOrNull(withheld.isEmpty() ? null : withheld);
  }

  private Subject modelCall(Arrival arrival, ModelCall call) {
    tables
        .modelCalls
        .row(call.getCallId(), call.getSessionId(), call.getTaskId())
        .set(
            tables.modelCalls.asked,
            arrival.raw().offset(),
            arrival.topicId(),
            arrival.raw().partition(),
            wire(call.getModel().getProvider()),
            call.getModel().getModel(),
            call.getModel().getBaseUrl(),
            call.getRequestHash(),
            call.getInputTokensBound(),
            call.getMaxOutputTokens(),
            call.getMessages(),
            call.getRequestedAt());
    return new Subject("ModelCall", call.getSessionId(), call.getTaskId(), call.getCallId());
  }

  private Subject modelReply(Arrival arrival, Instant at, ModelReply reply) {
    Usage usage = reply.getUsage();
    var error = reply.getError();
    tables
        .modelCalls
        .row(reply.getCallId(), reply.getSessionId(), reply.getTaskId())
        .set(
            tables.modelCalls.reply,
            arrival.raw().offset(),
            arrival.topicId(),
            arrival.raw().partition(),
            reply.getModel(),
            error == null ? "ok" : wire(error.getKind()),
            sealed(
                "model_call",
                "error",
                reply.getCallId(),
                error == null ? null : error.getMessage()),
            error == null ? null : error.getHttpStatus(),
            wire(reply.getStopReason()),
            reply.getRawStopReason(),
            usage.getUncachedInput(),
            usage.getCacheWrite5m(),
            usage.getCacheWrite1h(),
            usage.getCacheRead(),
            usage.getOutput(),
            usage.getReasoningOutput(),
            reply.getUsageReported(),
            reply.getRawUsage(),
            reply.getCostNanoUsd(),
            reply.getPriceBook(),
            reply.getFallbackPrice(),
            reply.getProviderRequestId(),
            reply.getHttpAttempts(),
            reply.getStartedAt(),
            reply.getFirstTokenMs(),
            reply.getDurationMs(),
            reply.getCalls().stream().map(RequestedCall::getTool).toList());
    List<RequestedCall> calls = reply.getCalls();
    for (int i = 0; i < calls.size(); i++) {
      RequestedCall wanted = calls.get(i);
      ToolError problem = wanted.getProblem();
      String call = CallName.tool(reply.getSessionId(), reply.getTurn(), i);
      tables
          .toolCalls
          .row(call, reply.getSessionId(), reply.getTaskId(), wanted.getTool())
          .set(
              tables.toolCalls.wanted,
              arrival.raw().offset(),
              arrival.topicId(),
              arrival.raw().partition(),
              sealed("tool_call", "asked_arguments", call, wanted.getArguments()),
              sealed(
                  "tool_call",
                  "problem",
                  call,
                  problem == null ? null : wire(problem.getCode()) + ": " + problem.getMessage()),
              at);
    }
    return new Subject("ModelReply", reply.getSessionId(), reply.getTaskId(), reply.getCallId());
  }

  private Subject toolCall(Arrival arrival, ToolCall call) {
    var approval = call.getApproval();
    tables
        .toolCalls
        .row(call.getCallId(), call.getSessionId(), call.getTaskId(), call.getTool())
        .set(
            tables.toolCalls.sent,
            arrival.raw().offset(),
            arrival.topicId(),
            arrival.raw().partition(),
            call.getAttempt(),
            call.getToolVersion(),
            sealed("tool_call", "arguments", call.getCallId(), call.getArguments()),
            call.getArgumentsHash(),
            call.getDeadline(),
            approval == null ? null : approval.getRule(),
            approval == null ? null : approval.getDecidedBy(),
            approval == null ? null : approval.getDecisionId(),
            call.getAgent(),
            call.getTenant(),
            call.getRequestedAt());
    return new Subject("ToolCall", call.getSessionId(), call.getTaskId(), call.getCallId());
  }

  private Subject toolResult(Arrival arrival, ToolResult result) {
    ToolError error = result.getError();
    tables
        .toolCalls
        .row(result.getCallId(), result.getSessionId(), result.getTaskId(), result.getTool())
        .set(
            tables.toolCalls.result,
            arrival.raw().offset(),
            arrival.topicId(),
            arrival.raw().partition(),
            error == null ? "ok" : wire(error.getCode()),
            sealed(
                "tool_call",
                "error",
                result.getCallId(),
                error == null ? null : error.getMessage()),
            sealed(
                "tool_call",
                "preview",
                result.getCallId(),
                StoredText.head(result.getContent(), PREVIEW)),
            result.getFullBytes(),
            result.getHandle(),
            result.getTries(),
            result.getDeliveryCount(),
            result.getFromJournal(),
            result.getExecutor(),
            result.getStartedAt(),
            result.getDurationMs(),
            result.getCostNanoUsd(),
            result.getSteps());
    return new Subject("ToolResult", result.getSessionId(), result.getTaskId(), result.getCallId());
  }

  private Subject task(Arrival arrival, Instant at, Task task) {
    var parent = task.getParent();
    json.clear();
    json.put('{');
    task.getMetadata().forEach((name, value) -> json.name(name).string(value));
    json.put('}');
    String row = task.getSessionId() + "/" + task.getTaskId();
    ByteBuffer metadata =
        seal.jsonOrNull(ContentColumns.place("task", "metadata", row), json.copy());
    tables
        .tasks
        .table
        .row(task.getSessionId(), task.getTaskId())
        .set(
            tables.tasks.asked,
            arrival.raw().offset(),
            arrival.topicId(),
            arrival.raw().partition(),
            task.getTenant(),
            task.getAgent(),
            task.getSubject(),
            sealed("task", "text", row, task.getText()),
            metadata,
            parent == null ? null : parent.getSessionId(),
            parent == null ? null : parent.getTaskId(),
            parent == null ? null : parent.getCallId(),
            task.getSubmittedAt(),
            at);
    Row session = tables.sessions.table.row(task.getSessionId());
    if (task.getSubject() != null) {
      session.set(tables.sessions.subject, task.getSubject());
    }
    if (parent != null) {
      session.set(tables.sessions.parent, parent.getSessionId());
    }
    return new Subject("Task", task.getSessionId(), task.getTaskId(), null);
  }

  private Subject taskResult(Arrival arrival, TaskResult result) {
    json.clear();
    json.put('{');
    result.getToolCalls().forEach((name, count) -> json.name(name).number(count));
    json.put('}');
    ByteBuffer toolCalls = json.copy();
    String row = result.getSessionId() + "/" + result.getTaskId();
    Usage usage = result.getUsage();
    tables
        .sessions
        .table
        .row(result.getSessionId())
        .set(tables.sessions.ended, arrival.raw().offset(), wire(result.getStatus()));
    tables
        .tasks
        .table
        .row(result.getSessionId(), result.getTaskId())
        .set(
            tables.tasks.result,
            arrival.raw().offset(),
            arrival.topicId(),
            arrival.raw().partition(),
            wire(result.getStatus()),
            sealed("task", "why", row, result.getWhy()),
            sealed("task", "result", row, result.getText()),
            result.getSteps(),
            result.getModelCalls(),
            toolCalls,
            usage.getUncachedInput(),
            usage.getCacheWrite5m(),
            usage.getCacheWrite1h(),
            usage.getCacheRead(),
            usage.getOutput(),
            usage.getReasoningOutput(),
            result.getCostNanoUsd(),
            result.getUnsettledNanoUsd(),
            result.getModel(),
            result.getAcceptedAt(),
            result.getEndedAt())
        .add(tables.tasks.results, 1);
    return new Subject("TaskResult", result.getSessionId(), result.getTaskId(), null);
  }

  private Subject approvalRequest(Arrival arrival, ApprovalRequest request) {
    tables
        .approvals
        .table
        .row(request.getCallId())
        .set(
            tables.approvals.request,
            arrival.raw().offset(),
            arrival.topicId(),
            arrival.raw().partition(),
            request.getSessionId(),
            request.getTaskId(),
            wire(request.getKind()),
            request.getTool(),
            seal.text(
                ContentColumns.place("approval", "arguments", request.getCallId()),
                request.getArguments()),
            request.getArgumentsHash(),
            request.getRule(),
            request.getAgent(),
            request.getTenant(),
            seal.text(
                ContentColumns.place("approval", "question", request.getCallId()),
                request.getQuestion()),
            request.getSpentNanoUsd(),
            request.getRequestedAt(),
            request.getExpiresAt());
    return new Subject(
        "ApprovalRequest", request.getSessionId(), request.getTaskId(), request.getCallId());
  }

  private Subject approvalDecision(Arrival arrival, Instant at, ApprovalDecision decision) {
    String row =
        ContentColumns.row(
            arrival.raw().topic(), arrival.raw().partition(), arrival.raw().offset());
    tables
        .decisions
        .row()
        .int2(arrival.topicId())
        .int4(arrival.raw().partition())
        .int8(arrival.raw().offset())
        .timestamp(at)
        .text(decision.getDecisionId())
        .text(decision.getCallId())
        .text(decision.getSessionId())
        .text(decision.getArgumentsHash())
        .text(wire(decision.getVerdict()))
        .textOrNull(
            seal.textOrNull(
                ContentColumns.place("approval_decision", "arguments", row),
                decision.getArguments()))
        .text(seal.text(ContentColumns.place("approval_decision", "text", row), decision.getText()))
        .text(decision.getDecidedBy())
        .timestamp(decision.getDecidedAt())
        .boolOrNull(decision.getSignature() != null);
    return new Subject("ApprovalDecision", decision.getSessionId(), null, decision.getCallId());
  }

  private Subject alert(Arrival arrival, Alert alert) {
    tables
        .alerts
        .table
        .row(alert.getAlertId())
        .set(
            tables.alerts.raised,
            arrival.raw().offset(),
            arrival.topicId(),
            arrival.raw().partition(),
            wire(alert.getKind()),
            alert.getSessionId(),
            alert.getTaskId(),
            alert.getTenant(),
            alert.getAgent(),
            alert.getThreshold(),
            alert.getValue(),
            alert.getMessage(),
            alert.getAt());
    return new Subject("Alert", alert.getSessionId(), alert.getTaskId(), null);
  }

  private Subject adjustment(Arrival arrival, LedgerAdjustment made, Known known) {
    Subject subject =
        new Subject("LedgerAdjustment", made.getSessionId(), made.getTaskId(), made.getCallId());
    if (!known.adjustments().add(made.getAdjustmentId())) {
      return subject;
    }
    tables
        .adjustments
        .table
        .row(made.getAdjustmentId())
        .set(
            tables.adjustments.made,
            arrival.raw().offset(),
            arrival.topicId(),
            arrival.raw().partition(),
            made.getSessionId(),
            made.getTaskId(),
            made.getCallId(),
            made.getAmountNanoUsd(),
            made.getPriceBook(),
            made.getReason(),
            made.getDecidedBy(),
            made.getAt());
    long amount = made.getAmountNanoUsd();
    tables
        .modelCalls
        .row(made.getCallId(), made.getSessionId(), made.getTaskId())
        .add(tables.modelCalls.money.adjusted(), amount);
    tables.sessions.table.row(made.getSessionId()).add(tables.sessions.money.adjusted(), amount);
    tables
        .tasks
        .table
        .row(made.getSessionId(), made.getTaskId())
        .add(tables.tasks.money.adjusted(), amount);
    return subject;
  }

  private Subject root(Arrival arrival, AuditRoot root) {
    tables
        .roots
        .table
        .row(
            root.getTopic(),
            root.getKafkaId(),
            root.getPartition(),
            root.getFromOffset(),
            root.getToOffset())
        .set(
            tables.roots.root,
            arrival.raw().offset(),
            arrival.topicId(),
            arrival.raw().partition(),
            root.getRecords(),
            root.getRoot(),
            root.getAt());
    return Subject.of(root, null);
  }

  private Subject definition(
      Arrival arrival,
      Instant at,
      SpecificRecord record,
      String kind,
      String name,
      String version) {
    json.clear();
    RecordJson.write(record, json);
    definitionRow(arrival, at, json.copy(), kind, name, version);
    return Subject.of(record, null);
  }

  private void definitionRow(
      Arrival arrival,
      Instant at,
      @Nullable ByteBuffer payload,
      String kind,
      String name,
      String version) {
    tables
        .definitions
        .table
        .row(kind, name, version)
        .set(
            tables.definitions.newest,
            arrival.raw().offset(),
            arrival.topicId(),
            arrival.raw().partition(),
            payload,
            at);
  }

  /** A name withdrawn from a compacted topic: a version without a name and without content. */
  private void withdrawn(Arrival arrival, Instant at) {
    byte[] key = arrival.raw().key();
    String kind = topics.definitionKind(arrival.raw().topic());
    if (key != null && kind != null && key.length <= Admission.MAX_NAME) {
      definitionRow(arrival, at, null, kind, StoredText.ofKey(key), "");
    }
  }

  private void deadLetter(Arrival arrival, Instant at) {
    ConsumerRecord<byte[], byte[]> raw = arrival.raw();
    DeadLetter said =
        DeadLetter.of(arrival.headers())
            .filter(letter -> letter.topic().length() <= Admission.MAX_NAME)
            .orElseGet(
                () ->
                    new DeadLetter(
                        raw.topic(),
                        raw.partition(),
                        raw.offset(),
                        "its headers do not say where it came from",
                        "unknown"));
    tables
        .deadLetters
        .table
        .row(StoredText.of(said.topic()), said.partition(), said.offset())
        .set(
            tables.deadLetters.copy,
            raw.offset(),
            arrival.topicId(),
            raw.partition(),
            said.reason(),
            said.service(),
            at);
  }

  /** Content of a column that may be empty. */
  private @Nullable String sealed(String table, String column, String row, @Nullable String plain) {
    return seal.textOrNull(ContentColumns.place(table, column, row), plain);
  }

  private static String wire(Enum<?> symbol) {
    return symbol.name().toLowerCase(Locale.ROOT);
  }

  private static @Nullable String emptyToNull(String text) {
    return text.isEmpty() ? null : text;
  }
}
