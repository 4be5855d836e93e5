package dev.weirkeeper.audit.chain;

import dev.weirkeeper.audit.store.StoredText;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.Base64;
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
 * @param withheld true if key and value are not as they were on the topic, for a reason the row
 *     names; its digest then stands for what they were
 */
public record StoredRecord(
    int topicId, String kafkaId, ConsumerRecord<byte[], byte[]> raw, boolean withheld) {

  /** The columns {@link #of} reads, from {@code log l JOIN topic t USING (topic_id)}. */
  public static final String COLUMNS =
      "l.topic_id, t.name, t.kafka_id, l.partition, l.record_offset, l.at, l.headers, l.key, l.value,"
          + " l.withheld IS NOT NULL AS withheld";

  private static final JsonMapper MAPPER = JsonMapper.shared();

  /** Reads the current row. */
  public static StoredRecord of(ResultSet row) throws SQLException {
    String key = row.getString("key");
    byte[] keyBytes = key == null ? null : keyOf(key);
    byte[] value = row.getBytes("value");
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
            headers(row.getString("headers")),
            Optional.empty()),
        row.getBoolean("withheld"));
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
