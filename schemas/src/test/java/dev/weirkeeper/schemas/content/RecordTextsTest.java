package dev.weirkeeper.schemas.content;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.schemas.topic.Topics;
import dev.weirkeeper.wire.ApprovalDecision;
import dev.weirkeeper.wire.JournalRecord;
import dev.weirkeeper.wire.ModelReply;
import dev.weirkeeper.wire.Provider;
import dev.weirkeeper.wire.RequestedCall;
import dev.weirkeeper.wire.Task;
import dev.weirkeeper.wire.Usage;
import dev.weirkeeper.wire.Verdict;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;

final class RecordTextsTest {

  /** Fields by which things are found, ordered, compared or shown, in no person's words. */
  private static final Set<String> NAMES =
      Set.of(
          "adjustment_id",
          "agent",
          "agent_version",
          "alert_id",
          "arguments_hash",
          "base_url",
          "call_id",
          "caller_traceparent",
          "control_id",
          "day",
          "decision_id",
          "digest",
          "erasure_id",
          "event_hash",
          "executor",
          "handle",
          "hash",
          "id",
          "input_hash",
          "input_schema",
          "kafka_id",
          "kind",
          "max_calls_per_tool",
          "model",
          "name",
          "pins_digest",
          "pool",
          "previous_hash",
          "price_book",
          "provider_call_id",
          "provider_request_id",
          "raw_stop_reason",
          "recent_calls",
          "request_hash",
          "request_id",
          "requested_model",
          "root",
          "rule",
          "session_id",
          "source",
          "state",
          "step",
          "subject",
          "task_id",
          "task_pins_digest",
          "tenant",
          "timer",
          "tool",
          "tool_calls",
          "tool_version",
          "tools",
          "topic",
          "traceparent",
          "tracestate",
          "type",
          "url",
          "version");

  @Test
  void every_text_field_of_every_record_is_either_content_or_a_name() {
    Set<String> texts = new TreeSet<>();
    Set<Schema> seen = new HashSet<>();
    new Topics("")
        .all(List.of(Topics.DEFAULT_POOL))
        .forEach(topic -> topic.value().ifPresent(type -> collect(schema(type), seen, texts)));
    collect(JournalRecord.getClassSchema(), seen, texts);

    assertThat(texts).allMatch(name -> NAMES.contains(name) != RecordTexts.CONTENT.contains(name));
  }

  private static Schema schema(Class<?> type) {
    return org.apache.avro.specific.SpecificData.get().getSchema(type);
  }

  private static void collect(Schema schema, Set<Schema> seen, Set<String> texts) {
    switch (schema.getType()) {
      case RECORD -> {
        if (seen.add(schema)) {
          for (Schema.Field field : schema.getFields()) {
            if (text(field.schema())) {
              texts.add(field.name());
            }
            collect(field.schema(), seen, texts);
          }
        }
      }
      case UNION -> schema.getTypes().forEach(type -> collect(type, seen, texts));
      case ARRAY -> collect(schema.getElementType(), seen, texts);
      case MAP -> collect(schema.getValueType(), seen, texts);
      default -> {
        // holds nothing
      }
    }
  }

  private static boolean text(Schema schema) {
    return switch (schema.getType()) {
      case STRING, MAP -> true;
      case UNION -> schema.getTypes().stream().anyMatch(RecordTextsTest::text);
      case ARRAY -> text(schema.getElementType());
      default -> false;
    };
  }

  @Test
  void content_is_replaced_at_any_depth_and_names_never() {
    ModelReply reply =
        ModelReply.newBuilder()
            .setCallId("bad/1/m1")
            .setSessionId("bad")
            .setTaskId("bad")
            .setTurn(1)
            .setAttempt(1)
            .setModel("bad")
            .setProvider(Provider.ANTHROPIC_MESSAGES)
            .setContent("[bad]")
            .setText("bad text")
            .setCalls(List.of(new RequestedCall("bad", "bad", "{\"a\":\"bad\"}", "bad", null)))
            .setUsage(new Usage(0L, 0L, 0L, 0L, 0L, 0L))
            .setStartedAt(Instant.EPOCH)
            .build();

    ModelReply mapped = RecordTexts.map(reply, text -> text.replace("bad", "good"));

    assertThat(mapped.getContent()).isEqualTo("[good]");
    assertThat(mapped.getText()).isEqualTo("good text");
    assertThat(mapped.getCalls())
        .containsExactly(new RequestedCall("bad", "bad", "{\"a\":\"good\"}", "bad", null));
    assertThat(mapped.getSessionId()).isEqualTo("bad");
    assertThat(reply.getText()).isEqualTo("bad text");
  }

  @Test
  void values_of_metadata_are_content_and_its_names_are_kept() {
    Task task =
        Task.newBuilder()
            .setTaskId("t")
            .setSessionId("s")
            .setText("x")
            .setMetadata(Map.of("bad", "bad"))
            .setSubmittedAt(Instant.EPOCH)
            .build();

    assertThat(RecordTexts.map(task, text -> text.replace("bad", "good")).getMetadata())
        .containsExactly(Map.entry("bad", "good"));
  }

  @Test
  void a_record_in_which_nothing_changes_is_the_record_itself() {
    ApprovalDecision decision =
        ApprovalDecision.newBuilder()
            .setDecisionId("d")
            .setCallId("c")
            .setSessionId("s")
            .setArgumentsHash("h")
            .setVerdict(Verdict.APPROVE)
            .setDecidedBy("somebody")
            .setDecidedAt(Instant.EPOCH)
            .build();

    assertThat(RecordTexts.map(decision, text -> text)).isSameAs(decision);
  }
}
