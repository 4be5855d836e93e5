package dev.weirkeeper.audit.alert;

import dev.weirkeeper.audit.store.Database;
import dev.weirkeeper.audit.store.Transaction;
import dev.weirkeeper.schemas.serde.AvroSerializer;
import dev.weirkeeper.schemas.topic.Topics;
import dev.weirkeeper.wire.Alert;
import dev.weirkeeper.wire.AlertKind;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Watches what is stored and writes an alert when a threshold is passed. It is told once: again
 * only after the value was below in between. Several instances may watch; the first to see a
 * crossing tells it.
 *
 * <p>Not thread-safe: one thread calls {@link #look}.
 */
public final class Watch {

  private static final long KAFKA_SECONDS = 30;
  private static final int PER_MILLE = 1000;

  /** What was measured. */
  private record Measured(
      AlertKind kind, String tenant, String watched, long threshold, long value, String message) {

    boolean past() {
      return value >= threshold;
    }
  }

  private final Database database;
  private final AlertConfig config;
  private final String topic;
  private final AvroSerializer<Alert> serializer;
  private final Producer<byte[], byte[]> producer;
  private final InstantSource clock;

  /** A watch that writes with this producer, which stays the caller's. */
  public Watch(
      Database database,
      AlertConfig config,
      Topics topics,
      Map<String, ?> serde,
      Producer<byte[], byte[]> producer,
      InstantSource clock) {
    this.database = database;
    this.config = config;
    this.topic = topics.alerts().name();
    this.serializer = new AvroSerializer<>(serde);
    this.producer = producer;
    this.clock = clock;
  }

  /** Measures everything once and tells what has been passed since the last time. */
  public void look()
      throws SQLException, ExecutionException, InterruptedException, TimeoutException {
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    List<Alert> raised = new ArrayList<>();
    try (Connection connection = database.connection()) {
      List<Measured> all = new ArrayList<>();
      if (config.errorPercent().isPresent()) {
        errors(connection, now, config.errorPercent().get(), all);
      }
      if (config.approvalsWaiting().isPresent()) {
        approvals(connection, now, config.approvalsWaiting().get(), all);
      }
      if (!config.budgetPercents().isEmpty()) {
        budgets(connection, now, all);
      }
      for (Measured one : all) {
        crossed(connection, one, now).ifPresent(raised::add);
      }
    }
    for (Alert alert : raised) {
      producer
          .send(
              new ProducerRecord<>(
                  topic,
                  alert.getTenant().getBytes(StandardCharsets.UTF_8),
                  serializer.serialize(topic, alert)))
          .get(KAFKA_SECONDS, TimeUnit.SECONDS);
    }
  }

  /** Notes on which side of its threshold a value is; an alert if it has just passed it. */
  private Optional<Alert> crossed(Connection connection, Measured one, Instant now)
      throws SQLException {
    Alert[] raised = new Alert[1];
    Transaction.<RuntimeException>run(
        connection,
        () -> {
          try (PreparedStatement note =
              connection.prepareStatement(
                  """
                  INSERT INTO alert_state AS s (watched, past, since) VALUES (?, ?, ?)
                  ON CONFLICT (watched) DO UPDATE SET past = EXCLUDED.past, since = EXCLUDED.since
                  WHERE s.past <> EXCLUDED.past
                  RETURNING past
                  """)) {
            note.setString(1, one.watched());
            note.setBoolean(2, one.past());
            note.setObject(3, now.atOffset(ZoneOffset.UTC));
            try (ResultSet changed = note.executeQuery()) {
              if (changed.next() && changed.getBoolean(1)) {
                raised[0] = alert(one, now);
              }
            }
          }
        });
    return Optional.ofNullable(raised[0]);
  }

  private static Alert alert(Measured one, Instant now) {
    return Alert.newBuilder()
        .setAlertId(one.watched() + "/" + now.toEpochMilli())
        .setKind(one.kind())
        .setTenant(one.tenant())
        .setThreshold(one.threshold())
        .setValue(one.value())
        .setMessage(one.message())
        .setAt(now)
        .build();
  }

  private void errors(Connection connection, Instant now, int percent, List<Measured> all)
      throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            SELECT tenant, count(*), count(*) FILTER (WHERE outcome <> 'ok') FROM (
              SELECT tenant, outcome FROM model_call WHERE requested_at >= ? AND outcome IS NOT NULL
              UNION ALL
              SELECT tenant, outcome FROM tool_call WHERE requested_at >= ? AND outcome IS NOT NULL) c
            WHERE tenant IS NOT NULL GROUP BY 1
            """)) {
      OffsetDateTime from = now.minus(config.errorWindow()).atOffset(ZoneOffset.UTC);
      select.setObject(1, from);
      select.setObject(2, from);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          long calls = row.getLong(2);
          long failed = row.getLong(3);
          long share = calls < config.errorLeastCalls() ? 0 : failed * PER_MILLE / calls;
          all.add(
              new Measured(
                  AlertKind.ERROR_RATE,
                  row.getString(1),
                  "error-rate/" + row.getString(1),
                  percent * 10L,
                  share,
                  "%d of %d calls of tenant %s failed in the last %d s"
                      .formatted(
                          failed, calls, row.getString(1), config.errorWindow().toSeconds())));
        }
      }
    }
  }

  private static void approvals(Connection connection, Instant now, int most, List<Measured> all)
      throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            SELECT t.tenant, count(a.call_id) FROM (SELECT DISTINCT tenant FROM approval) t
            LEFT JOIN approval a ON a.tenant = t.tenant AND a.expires_at > ?
              AND NOT EXISTS (SELECT FROM approval_decision d WHERE d.call_id = a.call_id
                                AND d.arguments_hash = a.arguments_hash)
              AND NOT EXISTS (SELECT FROM tool_call c WHERE c.call_id = a.call_id
                                AND (c.call_offset IS NOT NULL OR c.closed IS NOT NULL))
              AND NOT EXISTS (SELECT FROM task k WHERE k.session_id = a.session_id
                                AND k.task_id = a.task_id AND k.results > 0)
            GROUP BY 1
            """)) {
      select.setObject(1, now.atOffset(ZoneOffset.UTC));
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          all.add(
              new Measured(
                  AlertKind.APPROVALS_WAITING,
                  row.getString(1),
                  "approvals-waiting/" + row.getString(1),
                  most,
                  row.getLong(2),
                  "%d approvals of tenant %s wait for a person"
                      .formatted(row.getLong(2), row.getString(1))));
        }
      }
    }
  }

  private void budgets(Connection connection, Instant now, List<Measured> all) throws SQLException {
    LocalDate day = LocalDate.ofInstant(now, ZoneOffset.UTC);
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            SELECT d.name, (d.payload->>'max_cost_per_day_nano_usd')::bigint AS budget,
                   coalesce((SELECT sum(settled_nano_usd + unsettled_nano_usd) FROM cost_hour c
                     WHERE c.tenant = d.name AND c.hour >= ? AND c.hour < ?), 0)::bigint AS used
            FROM definition d
            WHERE d.kind = 'tenant' AND d.payload ?? 'max_cost_per_day_nano_usd'
            """)) {
      select.setObject(1, day.atStartOfDay().atOffset(ZoneOffset.UTC));
      select.setObject(2, day.plusDays(1).atStartOfDay().atOffset(ZoneOffset.UTC));
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          long budget = row.getLong(2);
          for (int percent : config.budgetPercents()) {
            // In the unit of the kind: nano-USD.
            long threshold = budget / 100 * percent + budget % 100 * percent / 100;
            all.add(
                new Measured(
                    AlertKind.BUDGET,
                    row.getString(1),
                    "budget/%s/%s/%d".formatted(row.getString(1), day, percent),
                    Math.max(1, threshold),
                    row.getLong(3),
                    "tenant %s has used %d nano-USD of %d, %d %% or more of its budget for %s"
                        .formatted(row.getString(1), row.getLong(3), budget, percent, day)));
          }
        }
      }
    }
  }
}
