package dev.weirkeeper.planner.edge;

import dev.weirkeeper.operations.redaction.Redaction;
import dev.weirkeeper.planner.json.CanonicalJson;
import dev.weirkeeper.planner.json.MalformedJsonException;
import dev.weirkeeper.schemas.approval.TrustedApprovers;
import dev.weirkeeper.schemas.content.RecordTexts;
import dev.weirkeeper.schemas.serde.AvroDeserializer;
import dev.weirkeeper.schemas.serde.UnreadableRecordException;
import dev.weirkeeper.schemas.topic.Topics;
import dev.weirkeeper.wire.ApprovalDecision;
import dev.weirkeeper.wire.BudgetGrant;
import dev.weirkeeper.wire.Control;
import dev.weirkeeper.wire.ControlKind;
import dev.weirkeeper.wire.ForkPart;
import dev.weirkeeper.wire.ModelCall;
import dev.weirkeeper.wire.ModelReply;
import dev.weirkeeper.wire.Task;
import dev.weirkeeper.wire.ToolResult;
import dev.weirkeeper.wire.Verdict;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;

/** Reads what arrives on a session's topics, and says what is wrong with what can't be read. */
public final class InputReader {
  private static final Pattern ID = Pattern.compile("[\\x20-\\x7E]{1,255}");
  private static final String JSON = "application/json";

  private final AvroDeserializer<SpecificRecord> avro;
  private final Map<String, Class<? extends SpecificRecord>> expected;
  private final int partitions;
  private final TrustedApprovers approvers;
  private final Redaction redaction;

  /** What a record turned out to be. */
  public sealed interface Input {
    /**
     * A record of the right kind in the right place.
     *
     * @param refusal for a decision, why it must not be followed whatever it says
     */
    record Good(String sessionId, SpecificRecord value, Optional<String> refusal)
        implements Input {}

    /** A good record that its producer put into another partition than its session's. */
    record Misrouted(String sessionId) implements Input {}

    /** Goes to the dead letters. */
    record Unreadable(String reason) implements Input {}
  }

  /**
   * A reader for the topics of a catalogue.
   *
   * @param approvers whose decisions may be followed
   * @param redaction takes secrets out of what is read, so that neither journal nor model sees
   *     them; replies of models are ours and had theirs taken out before they were written
   */
  public InputReader(
      Topics topics,
      Map<String, ?> serde,
      int partitions,
      TrustedApprovers approvers,
      Redaction redaction) {
    this.approvers = approvers;
    this.redaction = redaction;
    this.avro = AvroDeserializer.ofAnyRecord(serde);
    this.partitions = partitions;
    this.expected =
        Map.of(
            topics.tasks().name(), Task.class,
            topics.controls().name(), Control.class,
            topics.forks().name(), ForkPart.class,
            topics.modelCalls().name(), ModelCall.class,
            topics.modelReplies().name(), ModelReply.class,
            topics.toolResults().name(), ToolResult.class,
            topics.approvalDecisions().name(), ApprovalDecision.class,
            topics.budgetGrants().name(), BudgetGrant.class);
  }

  /** Reads one record. Never throws for what its producer did. */
  public Input read(
      String topic,
      int partition,
      byte @Nullable [] key,
      byte @Nullable [] value,
      Headers headers) {
    if (value == null || value.length == 0) {
      return new Input.Unreadable("the record is empty");
    }
    SpecificRecord record;
    Optional<String> refusal;
    try {
      SpecificRecord told = decode(topic, headers, value);
      // What is signed is the decision as it was written.
      refusal =
          told instanceof ApprovalDecision decision
              ? approvers.problem(decision)
              : Optional.empty();
      record = usable(told);
    } catch (UnreadableRecordException | MalformedJsonException | UnusableInputException e) {
      return new Input.Unreadable(String.valueOf(e.getMessage()));
    }
    return placed(record, partition, key, refusal);
  }

  /** An input that was applied before, read again from its topic. */
  public SpecificRecord again(String topic, Headers headers, byte[] value) {
    try {
      return usable(decode(topic, headers, value));
    } catch (MalformedJsonException | UnusableInputException e) {
      throw new IllegalStateException("an input that was applied can't be read any more", e);
    }
  }

  private SpecificRecord decode(String topic, Headers headers, byte[] value)
      throws MalformedJsonException, UnusableInputException {
    Class<? extends SpecificRecord> type = expected.get(topic);
    Optional<String> contentType = contentType(headers);
    SpecificRecord record =
        type == Task.class && contentType.isPresent() && contentType.get().startsWith(JSON)
            ? JsonTask.read(new String(value, StandardCharsets.UTF_8))
            : avro.deserialize(topic, headers, value);
    if (record == null || record.getClass() != type) {
      throw new UnusableInputException(
          "the record is a %s where a %s stands"
              .formatted(
                  record == null ? "null" : record.getSchema().getFullName(),
                  type == null ? "record of another topic" : type.getSimpleName()));
    }
    return record;
  }

  private SpecificRecord usable(SpecificRecord record)
      throws MalformedJsonException, UnusableInputException {
    SpecificRecord clean = ours(record) ? record : RecordTexts.map(record, redaction::apply);
    return clean instanceof ApprovalDecision decision ? canonical(decision) : clean;
  }

  /** A reply of a model, which must go back to its provider as it came. */
  private static boolean ours(SpecificRecord record) {
    return record instanceof ModelReply
        || (record instanceof ForkPart part && part.getPart() instanceof ModelReply);
  }

  private Input placed(
      SpecificRecord record, int partition, byte @Nullable [] key, Optional<String> refusal) {
    String sessionId = sessionId(record);
    if (!ID.matcher(sessionId).matches()) {
      return new Input.Unreadable("session_id must be 1 to 255 printable ASCII characters");
    }
    Optional<String> unfit = Inbound.task(record).flatMap(task -> unfit(task, sessionId));
    if (unfit.isPresent()) {
      return new Input.Unreadable(unfit.get());
    }
    if (record instanceof Control control && control.getKind() == ControlKind.UNKNOWN) {
      return new Input.Unreadable("the control is of a kind this release does not know");
    }
    if (record instanceof ApprovalDecision decision && decision.getVerdict() == Verdict.UNKNOWN) {
      return new Input.Unreadable("the verdict is one this release does not know");
    }
    byte[] right = sessionId.getBytes(StandardCharsets.UTF_8);
    if (key != null && !java.util.Arrays.equals(key, right)) {
      return new Input.Unreadable(
          "the key is %s and the session_id is %s: they must be equal"
              .formatted(text(key), sessionId));
    }
    // Clients in other languages may hash keys in other ways, and a null key goes anywhere.
    int home = Utils.toPositive(Utils.murmur2(right)) % partitions;
    return home == partition
        ? new Input.Good(sessionId, record, refusal)
        : new Input.Misrouted(sessionId);
  }

  /** What of a task would end up in too many other records to be of any length. */
  private static Optional<String> unfit(Task task, String sessionId) {
    Map<String, @Nullable String> names = new LinkedHashMap<>();
    names.put("task_id", task.getTaskId());
    names.put("agent", task.getAgent());
    names.put("agent_version", task.getAgentVersion());
    names.put("tenant", task.getTenant());
    for (Map.Entry<String, @Nullable String> name : names.entrySet()) {
      if (name.getValue() != null && !ID.matcher(name.getValue()).matches()) {
        return Optional.of(name.getKey() + " must be 1 to 255 printable ASCII characters");
      }
    }
    return task.getSessionId().equals(sessionId)
        ? Optional.empty()
        : Optional.of("the task of a fork must be of the fork's session");
  }

  private static String sessionId(SpecificRecord record) {
    return switch (record) {
      case Task task -> task.getSessionId();
      case Control control -> control.getSessionId();
      case ForkPart part -> part.getSessionId();
      case ModelCall call -> call.getSessionId();
      case ModelReply reply -> reply.getSessionId();
      case ToolResult result -> result.getSessionId();
      case ApprovalDecision decision -> decision.getSessionId();
      case BudgetGrant grant -> grant.getSessionId();
      default -> throw new IllegalStateException("no input: " + record.getClass());
    };
  }

  /** Edited arguments in the one form that is hashed; their fit is judged by the owner. */
  private static ApprovalDecision canonical(ApprovalDecision decision)
      throws MalformedJsonException, UnusableInputException {
    ApprovalDecision.Builder copy = ApprovalDecision.newBuilder(decision).setEditProblem(null);
    String arguments = decision.getArguments();
    if (decision.getVerdict() == Verdict.EDIT) {
      if (arguments == null) {
        throw new UnusableInputException("the decision is EDIT and has no arguments");
      }
      copy.setArguments(CanonicalJson.ofObject(arguments));
    }
    return copy.build();
  }

  private static Optional<String> contentType(Headers headers) {
    Header header = headers.lastHeader("content-type");
    return header == null || header.value() == null
        ? Optional.empty()
        : Optional.of(new String(header.value(), StandardCharsets.UTF_8));
  }

  private static String text(byte[] key) {
    try {
      return "'" + StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(key)) + "'";
    } catch (CharacterCodingException e) {
      return key.length + " bytes that are no text";
    }
  }
}
