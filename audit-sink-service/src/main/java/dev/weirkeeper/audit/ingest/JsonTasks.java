package dev.weirkeeper.audit.ingest;

import dev.weirkeeper.audit.ingest.Arrival.Content;
import dev.weirkeeper.wire.Task;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Tasks of producers without Avro: JSON on the task topic with the header {@code content-type:
 * application/json}. Whether such a task can be served is the planner's to judge; here it only has
 * to be legible enough to be found again.
 */
final class JsonTasks {

  private static final String CONTENT_TYPE = "content-type";
  private static final String JSON = "application/json";
  private static final JsonMapper MAPPER = JsonMapper.shared();

  private JsonTasks() {}

  /** True if the headers announce JSON. */
  static boolean announced(Headers headers) {
    Header header = headers.lastHeader(CONTENT_TYPE);
    return header != null
        && header.value() != null
        && new String(header.value(), StandardCharsets.UTF_8).startsWith(JSON);
  }

  static Content read(byte @Nullable [] value) {
    JsonNode json;
    try {
      json = MAPPER.readTree(value == null ? new byte[0] : value);
    } catch (JacksonException e) {
      return new Content.Unreadable(
          "announced as JSON, which it is not: " + e.getOriginalMessage());
    }
    if (!json.path("session_id").isString() || !json.path("task_id").isString()) {
      return new Content.Unreadable("a JSON task needs a session_id and a task_id, both texts");
    }
    Map<String, String> metadata = new HashMap<>();
    json.path("metadata").forEachEntry((name, text) -> metadata.put(name, text.asString("")));
    return new Content.JsonTask(
        Task.newBuilder()
            .setTaskId(json.path("task_id").stringValue())
            .setSessionId(json.path("session_id").stringValue())
            .setText(text(json, "text").orElse(""))
            .setAgent(text(json, "agent").orElse("default"))
            .setAgentVersion(text(json, "agent_version").orElse(null))
            .setTenant(text(json, "tenant").orElse("default"))
            .setSubject(text(json, "subject").orElse(null))
            .setMetadata(metadata)
            .setSubmittedAt(time(json.path("submitted_at")))
            .build(),
        json);
  }

  private static Optional<String> text(JsonNode json, String name) {
    JsonNode value = json.path(name);
    return value.isString() ? Optional.of(value.stringValue()) : Optional.empty();
  }

  private static Instant time(JsonNode value) {
    if (value.isIntegralNumber() && value.canConvertToLong()) {
      return Instant.ofEpochMilli(value.longValue());
    }
    try {
      return Instant.parse(value.asString(""));
    } catch (DateTimeParseException e) {
      return Instant.EPOCH;
    }
  }
}
