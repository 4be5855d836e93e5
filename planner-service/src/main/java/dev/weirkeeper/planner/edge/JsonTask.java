package dev.weirkeeper.planner.edge;

import dev.weirkeeper.planner.json.CanonicalJson;
import dev.weirkeeper.planner.json.MalformedJsonException;
import dev.weirkeeper.wire.Limits;
import dev.weirkeeper.wire.Task;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Tasks as plain JSON, for producers without Avro: a record on the task topic with the header
 * {@code content-type: application/json} and the fields of the Avro record by the same names.
 * {@code task_id}, {@code session_id} and {@code text} are required; a field nobody knows is an
 * error.
 */
final class JsonTask {
  private static final JsonMapper MAPPER = JsonMapper.shared();
  private static final Set<String> FIELDS =
      Set.of(
          "task_id",
          "session_id",
          "text",
          "agent",
          "agent_version",
          "limits",
          "tenant",
          "subject",
          "metadata",
          "submitted_at");

  private JsonTask() {}

  static Task read(String json) throws UnusableInputException {
    JsonNode node;
    try {
      node = MAPPER.readTree(CanonicalJson.ofObject(json));
    } catch (MalformedJsonException e) {
      throw new UnusableInputException(
          "the header announces a task as JSON, which the record is not: " + e.getMessage());
    }
    List<String> problems = new ArrayList<>();
    node.propertyNames().stream()
        .filter(name -> !FIELDS.contains(name))
        .forEach(
            name ->
                problems.add("unknown field %s, known: %s".formatted(name, new TreeSet<>(FIELDS))));
    Task.Builder task =
        Task.newBuilder()
            .setTaskId(text(node, "task_id", null, problems))
            .setSessionId(text(node, "session_id", null, problems))
            .setText(text(node, "text", null, problems))
            .setAgent(text(node, "agent", "default", problems))
            .setTenant(text(node, "tenant", "default", problems))
            .setSubmittedAt(time(node, problems))
            .setLimits(limits(node.path("limits"), problems))
            .setMetadata(metadata(node.path("metadata"), problems));
    if (node.has("agent_version")) {
      task.setAgentVersion(text(node, "agent_version", "", problems));
    }
    if (node.has("subject")) {
      task.setSubject(text(node, "subject", "", problems));
    }
    if (!problems.isEmpty()) {
      throw new UnusableInputException(
          "the JSON task can't be used: " + String.join("; ", problems));
    }
    return task.build();
  }

  private static String text(
      JsonNode node, String name, @Nullable String otherwise, List<String> problems) {
    JsonNode value = node.path(name);
    if (value.isString()) {
      return value.stringValue();
    }
    if (value.isMissingNode() && otherwise != null) {
      return otherwise;
    }
    problems.add(
        value.isMissingNode() ? name + " is missing" : name + " must be a text, is " + value);
    return "";
  }

  private static Instant time(JsonNode node, List<String> problems) {
    JsonNode value = node.path("submitted_at");
    if (value.isMissingNode()) {
      return Instant.EPOCH;
    }
    try {
      return value.isIntegralNumber()
          ? Instant.ofEpochMilli(value.longValue())
          : Instant.parse(value.asString(""));
    } catch (DateTimeParseException e) {
      problems.add("submitted_at must be milliseconds since 1970 or ISO 8601, is " + value);
      return Instant.EPOCH;
    }
  }

  private static @Nullable Limits limits(JsonNode node, List<String> problems) {
    if (node.isMissingNode() || node.isNull()) {
      return null;
    }
    Limits limits = Limits.newBuilder().build();
    node.forEachEntry(
        (name, value) -> {
          var field = Limits.getClassSchema().getField(name);
          if (field == null) {
            problems.add("unknown limit " + name);
          } else if (name.equals("max_calls_per_tool")) {
            Map<String, Integer> perTool = new HashMap<>();
            value.forEachEntry((tool, count) -> perTool.put(tool, whole(name, count, problems)));
            limits.put(field.pos(), perTool);
          } else {
            boolean small =
                field.schema().getTypes().get(1).getType() == org.apache.avro.Schema.Type.INT;
            Object number =
                small ? (Object) whole(name, value, problems) : Long.valueOf(value.asLong(0));
            if (!value.isIntegralNumber()) {
              problems.add("limit %s must be a whole number, is %s".formatted(name, value));
            }
            limits.put(field.pos(), number);
          }
        });
    return limits;
  }

  private static int whole(String name, JsonNode value, List<String> problems) {
    if (!value.isIntegralNumber() || !value.canConvertToInt()) {
      problems.add("limit %s must be a whole number, is %s".formatted(name, value));
      return 0;
    }
    return value.intValue();
  }

  private static Map<String, String> metadata(JsonNode node, List<String> problems) {
    Map<String, String> metadata = new HashMap<>();
    node.forEachEntry(
        (name, value) -> {
          if (value.isString()) {
            metadata.put(name, value.stringValue());
          } else {
            problems.add("metadata %s must be a text, is %s".formatted(name, value));
          }
        });
    return metadata;
  }
}
