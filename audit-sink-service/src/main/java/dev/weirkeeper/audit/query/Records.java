package dev.weirkeeper.audit.query;

import dev.weirkeeper.audit.access.Tenants;
import dev.weirkeeper.audit.seal.ContentColumns;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Questions about single records of the log. */
public final class Records {

  private static final String SEALED = "sealed";

  private final Store store;

  public Records(Store store) {
    this.store = store;
  }

  /**
   * A record as it was on its topic.
   *
   * @param type the record type, or {@code Unreadable}, {@code Tombstone}, {@code DeadLetter}
   * @param payload the value, readable; absent: it can't be read
   * @param value the value's bytes in base64; absent: a tombstone
   * @param digest SHA-256 over position, time, headers, key and value, in hex
   * @param withheld why value and payload are not as they were; empty: they are
   */
  public record LogRecord(
      Position position,
      Instant at,
      String type,
      @Nullable String key,
      @Nullable String sessionId,
      @Nullable String taskId,
      @Nullable String callId,
      @Nullable JsonNode headers,
      @Nullable JsonNode payload,
      @Nullable String value,
      @Nullable String digest,
      List<String> withheld) {

    private static LogRecord of(Row row) throws SQLException {
      Position at = row.position();
      String name = ContentColumns.row(at.topic(), at.partition(), at.offset());
      List<String> reasons = row.texts("withheld");
      boolean sealed = reasons != null && reasons.contains(SEALED);
      byte[] value = sealed ? row.contentBytes("value", "log", "value", name) : row.bytes("value");
      byte[] digest = row.bytes("digest");
      List<String> withheld =
          reasons == null
              ? List.of()
              : reasons.stream().filter(reason -> !reason.equals(SEALED) || value == null).toList();
      return new LogRecord(
          at,
          row.requiredTime("at"),
          row.required("type"),
          row.text("key"),
          row.text("session_id"),
          row.text("task_id"),
          row.text("call_id"),
          row.contentJson("headers", "log", "headers", name),
          row.json("payload"),
          value == null ? null : Base64.getEncoder().encodeToString(value),
          digest == null ? null : HexFormat.of().formatHex(digest),
          withheld);
    }
  }

  /**
   * The record at a position; empty if there is none that these tenants may see. Records that
   * belong to no session are seen by those who see all tenants.
   */
  public Optional<LogRecord> find(Position position, Tenants tenants) {
    return store.snapshot(
        asked ->
            asked
                .first(
                    new Select()
                        .bind("topic", position.topic())
                        .bind("partition", position.partition())
                        .bind("offset", position.offset()),
                    """
                    SELECT l.*, %s FROM log l JOIN topic t USING (topic_id)
                    WHERE t.name = :topic AND l.partition = :partition AND l.record_offset = :offset
                    ORDER BY l.topic_id DESC LIMIT 1
                    """
                        .formatted(Row.key("l")),
                    LogRecord::of)
                .filter(
                    record ->
                        tenants.all()
                            || (record.sessionId() != null
                                && Sessions.session(asked, record.sessionId(), tenants)
                                    .isPresent())));
  }
}
