package dev.weirkeeper.audit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.audit.SampleLog.Entry;
import dev.weirkeeper.audit.store.StoreDigest;
import dev.weirkeeper.operations.config.Given;
import dev.weirkeeper.wire.Task;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

/** Secrets that people put into their own records do not reach the tables. */
@SinkTest
final class StoredSecretsTest {

  private static final String KEY = "sk-ant-api03-AbCdEf0123456789xyz";

  @Test
  void S7_no_table_holds_a_secret_and_the_digest_is_over_what_was_there() throws SQLException {
    try (Surroundings around = new Surroundings(1)) {
      Entry task =
          new Entry(
              around.topics().tasks().name(),
              "s1",
              Task.newBuilder()
                  .setTaskId("t1")
                  .setSessionId("s1")
                  .setText("Übersetze: " + KEY + " und " + KEY + ", password=hunter2pw")
                  .setMetadata(Map.of("note", "{\"client_secret\":\"swordfish\"}"))
                  .setSubmittedAt(Instant.EPOCH)
                  .build());
      ProducerRecord<byte[], byte[]> record = around.record(task);
      record.headers().add("authorization", "Bearer abc.def.ghi-jkl1".getBytes(UTF_8));
      var producer = around.producer(Map.of());
      var _ = producer.send(record);
      var _ =
          producer.send(
              new ProducerRecord<>(
                  around.topics().tasks().name(),
                  null,
                  "s2".getBytes(UTF_8),
                  "{\"session_id\":\"s2\",\"task_id\":\"t1\",\"text\":\"pin\",\"metadata\":{\"password\":\"swordfish\",\"pin\":48213}}"
                      .getBytes(UTF_8),
                  List.of(
                      new org.apache.kafka.common.header.internals.RecordHeader(
                          "content-type", "application/json".getBytes(UTF_8)))));
      var _ =
          producer.send(
              new ProducerRecord<>(
                  around.topics().tasks().name(),
                  "s3".getBytes(UTF_8),
                  ("no task " + KEY).getBytes(UTF_8)));
      producer.flush();

      AuditSinkService sink = around.sink();

      // The unreadable one comes back as a dead letter.
      around.awaitLog(4);
      StringBuilder all = new StringBuilder();
      for (String table : StoreDigest.TABLES) {
        all.append(around.rows("SELECT x::text FROM " + table + " x"));
      }
      all.append(around.rows("SELECT encode(value, 'escape') FROM log"));
      assertThat(all.toString())
          .doesNotContain("AbCdEf0123456789xyz", "hunter2pw", "swordfish", "ghi-jkl1", "48213")
          .contains("bersetze: *****");
      assertThat(around.rows("SELECT DISTINCT unnest(withheld) FROM log ORDER BY 1"))
          .extracting(List::getFirst)
          .containsExactly(
              "redacted: authorization",
              "redacted: json-key",
              "redacted: json-key-number",
              "redacted: named-value",
              "redacted: provider-key");
      assertThat(around.number("SELECT count(*) FROM task")).isEqualTo(2);
      AuditSinkConfig config = AuditSinkConfig.from(Given.of(around.settings()));
      assertThat(AuditTrail.verifyStore(sink.database(), config.kafka(), count -> {}).withheld())
          .isEqualTo(3);
      assertThat(AuditTrail.verifyTables(config.postgres(), config.kafka(), count -> {})).isEmpty();
    }
  }
}
