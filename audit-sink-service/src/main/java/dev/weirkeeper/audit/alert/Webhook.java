package dev.weirkeeper.audit.alert;

import dev.weirkeeper.audit.store.Database;
import dev.weirkeeper.audit.store.JsonBytes;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends alerts to a receiver, signed as Standard Webhooks says (headers {@code webhook-id}, {@code
 * webhook-timestamp}, {@code webhook-signature}). The queue is a table, so nothing is forgotten
 * over a restart; several instances share it. A delivery that fails is tried again after 5 s, 10 s,
 * 20 s and so on, at most an hour, and is given up after a day. A receiver tells a repetition by
 * its id.
 *
 * <p>Not thread-safe: one thread calls {@link #send}.
 */
public final class Webhook implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Webhook.class);

  private static final Duration FIRST_WAIT = Duration.ofSeconds(5);
  private static final Duration LONGEST_WAIT = Duration.ofHours(1);
  private static final Duration GIVE_UP = Duration.ofDays(1);

  /** For how long a delivery is nobody else's; longer than a request can take. */
  private static final Duration LEASE = Duration.ofSeconds(60);

  private static final Duration REQUEST_LIMIT = Duration.ofSeconds(15);

  /** Alerts that are older when they are first seen are history, not news. */
  private static final Duration NEWS = Duration.ofHours(1);

  private static final int AT_ONCE = 20;
  private static final MediaType JSON = MediaType.get("application/json");

  private final Database database;
  private final URI target;
  private final byte[] key;
  private final InstantSource clock;
  private final OkHttpClient http =
      new OkHttpClient.Builder()
          .dns(new WebhookTarget.Lookup())
          .followRedirects(false)
          .followSslRedirects(false)
          .retryOnConnectionFailure(false)
          .callTimeout(REQUEST_LIMIT)
          .build();

  private record Delivery(String id, int attempts, String body) {}

  /**
   * @param target an address {@link WebhookTarget} allows
   * @param key what deliveries are signed with
   */
  public Webhook(Database database, URI target, byte[] key, InstantSource clock) {
    this.database = database;
    this.target = target;
    this.key = key.clone();
    this.clock = clock;
  }

  /** A webhook as it is configured; null where none is. */
  public static @Nullable Webhook of(Database database, AlertConfig config, InstantSource clock) {
    if (config.webhook().isEmpty() || config.webhookSecret().isEmpty()) {
      return null;
    }
    return new Webhook(
        database,
        config.webhook().get(),
        Signature.key(config.webhookSecret().get()).orElseThrow(),
        clock);
  }

  /** Queues alerts that are new and sends what is due. */
  public void send() throws SQLException {
    queue();
    for (Delivery delivery : due()) {
      String problem = post(delivery);
      note(delivery, problem);
    }
  }

  private void queue() throws SQLException {
    try (Connection connection = database.connection();
        PreparedStatement insert =
            connection.prepareStatement(
                """
                INSERT INTO webhook_delivery (alert_id)
                SELECT alert_id FROM alert a
                WHERE at > now() - make_interval(secs => ?)
                  AND NOT EXISTS (SELECT FROM webhook_delivery d WHERE d.alert_id = a.alert_id)
                ON CONFLICT DO NOTHING
                """)) {
      insert.setLong(1, NEWS.toSeconds());
      insert.executeUpdate();
    }
  }

  private List<Delivery> due() throws SQLException {
    List<Delivery> due = new ArrayList<>();
    try (Connection connection = database.connection();
        PreparedStatement select =
            connection.prepareStatement(
                """
                WITH mine AS (
                  UPDATE webhook_delivery SET next_at = now() + make_interval(secs => ?), attempts = attempts + 1
                  WHERE alert_id IN (
                    SELECT alert_id FROM webhook_delivery
                    WHERE next_at <= now() AND delivered_at IS NULL AND given_up_at IS NULL
                    ORDER BY next_at LIMIT ? FOR UPDATE SKIP LOCKED)
                  RETURNING alert_id, attempts)
                SELECT m.attempts, a.* FROM mine m JOIN alert a USING (alert_id) ORDER BY a.at
                """)) {
      select.setLong(1, LEASE.toSeconds());
      select.setInt(2, AT_ONCE);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          due.add(new Delivery(row.getString("alert_id"), row.getInt("attempts"), body(row)));
        }
      }
    }
    return due;
  }

  private static String body(ResultSet row) throws SQLException {
    JsonBytes json = new JsonBytes();
    json.put('{')
        .name("type")
        .string("alert.raised")
        .name("timestamp")
        .string(time(row))
        .name("data")
        .put('{');
    for (String column :
        List.of("alert_id", "kind", "session_id", "task_id", "tenant", "agent", "message")) {
      String text = row.getString(column);
      if (text != null) {
        json.name(column).string(text);
      }
    }
    json.name("threshold")
        .number(row.getLong("threshold"))
        .name("value")
        .number(row.getLong("value"))
        .name("at")
        .string(time(row))
        .put('}')
        .put('}');
    return StandardCharsets.UTF_8.decode(json.view()).toString();
  }

  private static String time(ResultSet row) throws SQLException {
    return row.getObject("at", java.time.OffsetDateTime.class).toInstant().toString();
  }

  /** What went wrong; null: the receiver took it. */
  private @Nullable String post(Delivery delivery) {
    long now = clock.instant().getEpochSecond();
    Request request =
        new Request.Builder()
            .url(String.valueOf(target))
            .header("webhook-id", delivery.id())
            .header("webhook-timestamp", Long.toString(now))
            .header("webhook-signature", Signature.of(key, delivery.id(), now, delivery.body()))
            .post(RequestBody.create(delivery.body().getBytes(StandardCharsets.UTF_8), JSON))
            .build();
    try (Response response = http.newCall(request).execute()) {
      return response.isSuccessful() ? null : "HTTP " + response.code();
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private void note(Delivery delivery, @Nullable String problem) throws SQLException {
    Duration wait =
        FIRST_WAIT.multipliedBy(1L << Math.min(20, Math.max(0, delivery.attempts() - 1)));
    Duration next = wait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait;
    try (Connection connection = database.connection();
        PreparedStatement update =
            connection.prepareStatement(
                """
                UPDATE webhook_delivery
                SET delivered_at = CASE WHEN ?::text IS NULL THEN now() END,
                    given_up_at = CASE WHEN ?::text IS NOT NULL
                      AND queued_at < now() - make_interval(secs => ?) THEN now() END,
                    last_error = ?, next_at = now() + make_interval(secs => ?)
                WHERE alert_id = ?
                """)) {
      update.setString(1, problem);
      update.setString(2, problem);
      update.setLong(3, GIVE_UP.toSeconds());
      update.setString(4, problem);
      update.setLong(5, next.toSeconds());
      update.setString(6, delivery.id());
      update.executeUpdate();
    }
    if (problem != null) {
      log.warn(
          "alert {} could not be delivered to {} (attempt {}): {}",
          delivery.id(),
          target.getHost(),
          delivery.attempts(),
          problem);
    }
  }

  /** How many deliveries wait, for metrics. */
  public long waiting() throws SQLException {
    try (Connection connection = database.connection();
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT count(*) FROM webhook_delivery WHERE delivered_at IS NULL AND given_up_at"
                    + " IS NULL")) {
      row.next();
      return row.getLong(1);
    }
  }

  @Override
  public void close() {
    http.dispatcher().executorService().shutdown();
    http.connectionPool().evictAll();
  }
}
