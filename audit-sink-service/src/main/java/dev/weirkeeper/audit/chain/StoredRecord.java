package dev.weirkeeper.audit.chain;

import dev.weirkeeper.audit.seal.ContentColumns;
import dev.weirkeeper.audit.seal.ContentKey;
import dev.weirkeeper.audit.seal.Seal;
import dev.weirkeeper.audit.store.StoredText;
import java.nio.charset.StandardCharsets;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A row of the log, back in the form it had on its topic.
 *
 * @param topicId the store's number of the topic
 * @param kafkaId Kafka's id of it
 * @param raw as it was on the topic, unless something is withheld
 * @param withheld true if headers and value are not as they were on the topic, for a reason the row
 *     names; its digest then stands for what they were. What is only sealed is opened
 * @param seal how the content of its session is stored
 */
public record StoredRecord(
    int topicId, String kafkaId, ConsumerRecord<byte[], byte[]> raw, boolean withheld, Seal seal) {

  /** The columns {@link #of} reads, from {@code log l JOIN topic t USING (topic_id)}. */
  public static final String COLUMNS =
      "l.topic_id, t.name, t.kafka_id, l.partition, l.record_offset, l.at, l.headers, l.key,"
          + " l.value, l.withheld, (SELECT k.key FROM content_key k WHERE k.session_id ="
          + " l.session_id) AS content_key";

  private static final String SEALED = "sealed";
  private static final String ERASED = "erased";
  private static final JsonMapper MAPPER = JsonMapper.shared();

  /** Reads the current row. */
  public static StoredRecord of(ResultSet row) throws SQLException {
    String key = row.getString("key");
    byte[] keyBytes = key == null ? null : keyOf(key);
    List<String> withheld = withheld(row.getArray("withheld"));
    byte[] contentKey = row.getBytes("content_key");
    Seal seal =
        withheld.contains(ERASED)
            ? Seal.erased()
            : contentKey == null ? Seal.open() : Seal.under(new ContentKey(contentKey));
    byte[] value = row.getBytes("value");
    String headers = row.getString("headers");
    boolean opened = true;
    if (withheld.contains(SEALED)) {
      String place =
          ContentColumns.row(
              row.getString("name"), row.getInt("partition"), row.getLong("record_offset"));
      byte[] plain = value(seal, place, value);
      opened = (plain != null || value == null) && seal instanceof Seal.Keyed;
      value = plain;
      headers = headers(seal, place, headers);
    }
    return new StoredRecord(
        row.getInt("topic_id"),
        row.getString("kafka_id"),
        new ConsumerRecord<>(
            row.getString("name"),
            row.getInt("partition"),
            row.getLong("record_offset"),
            row.getObject("at", OffsetDateTime.class).toInstant().toEpochMilli(),
            TimestampType.CREATE_TIME,
            keyBytes == null ? ConsumerRecord.NULL_SIZE : keyBytes.length,
            value == null ? ConsumerRecord.NULL_SIZE : value.length,
            keyBytes,
            value,
            headers(headers),
            Optional.empty()),
        !opened || withheld.stream().anyMatch(reason -> !reason.equals(SEALED)),
        seal);
  }

  private static List<String> withheld(@Nullable Array reasons) throws SQLException {
    return reasons == null ? List.of() : List.of((String[]) reasons.getArray());
  }

  private static byte @Nullable [] value(Seal seal, String row, byte @Nullable [] sealed) {
    return sealed != null && seal instanceof Seal.Keyed(ContentKey key)
        ? key.open(ContentColumns.place("log", "value", row), sealed).orElse(null)
        : null;
  }

  private static @Nullable String headers(Seal seal, String row, @Nullable String sealed) {
    if (sealed == null || !(seal instanceof Seal.Keyed(ContentKey key))) {
      return null;
    }
    JsonNode text = MAPPER.readTree(sealed);
    return text.isString()
        ? Seal.opened(key, ContentColumns.place("log", "headers", row), text.stringValue())
            .orElse(null)
        : sealed;
  }

  /** A key that somebody made unreadable is no reason to stop: its digest will not fit. */
  private static byte[] keyOf(String stored) {
    try {
      return StoredText.toKey(stored);
    } catch (IllegalArgumentException e) {
      return stored.getBytes(StandardCharsets.UTF_8);
    }
  }

  private static RecordHeaders headers(@Nullable String stored) {
    RecordHeaders headers = new RecordHeaders();
    if (stored == null) {
      return headers;
    }
    try {
      for (JsonNode header : MAPPER.readTree(stored)) {
        byte[] value =
            header.has("text")
                ? header.path("text").asString("").getBytes(StandardCharsets.UTF_8)
                : header.has("base64")
                    ? Base64.getDecoder().decode(header.path("base64").asString(""))
                    : null;
        headers.add(header.path("name").asString(""), value);
      }
    } catch (JacksonException | IllegalArgumentException e) {
      // Likewise.
      return new RecordHeaders();
    }
    return headers;
  }
}
