package dev.weirkeeper.audit.query;

import dev.weirkeeper.audit.access.Tenants;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Questions about what went wrong: alerts and dead letters. */
public final class Incidents {

  private final Store store;

  public Incidents(Store store) {
    this.store = store;
  }

  /**
   * An alert.
   *
   * @param kind {@code cost}, {@code steps}, {@code duration}, {@code error_rate}, {@code
   *     approvals_waiting}, {@code budget} or {@code other}
   * @param threshold what was passed, in the unit of the kind: nano-USD, steps, ms, per mille,
   *     requests
   * @param value the value then
   */
  public record Alert(
      String alertId,
      String kind,
      @Nullable String sessionId,
      @Nullable String taskId,
      String tenant,
      String agent,
      long threshold,
      long value,
      String message,
      Instant at,
      Position position) {

    private static Alert of(Row row) throws SQLException {
      return new Alert(
          row.required("alert_id"),
          row.required("kind"),
          row.text("session_id"),
          row.text("task_id"),
          row.required("tenant"),
          row.required("agent"),
          row.number("threshold", 0),
          row.number("value", 0),
          row.required("message"),
          row.requiredTime("at"),
          row.position());
    }
  }

  /** Alerts, the newest first. */
  public Page<Alert> alerts(
      Optional<String> kind,
      Optional<String> session,
      Optional<Instant> from,
      Optional<Instant> to,
      Tenants tenants,
      int limit,
      @Nullable String cursor) {
    Select select =
        new Select()
            .where("x.kind = :kind", "kind", kind)
            .where("x.session_id = :session", "session", session)
            .where("x.at >= :from", "from", from)
            .where("x.at < :to", "to", to)
            .bind("limit", limit + 1);
    select.of(tenants, "x.tenant");
    select.after(Cursor.parse(cursor, 2), "x.at", "x.alert_id");
    return store.read(
        asked ->
            Page.of(
                asked.list(
                    select,
                    "SELECT x.* FROM alert x"
                        + select.clause()
                        + " ORDER BY x.at DESC, x.alert_id DESC LIMIT :limit",
                    Alert::of),
                limit,
                alert -> Cursor.at(alert.at(), alert.alertId())));
  }

  /**
   * A record that could not be read or handled.
   *
   * @param origin where it stood
   * @param position of its copy on the dead-letter topic; absent: none was read from there yet
   */
  public record DeadLetter(
      Position origin,
      String reason,
      @Nullable String reportedBy,
      Instant at,
      @Nullable Position position) {

    private static DeadLetter of(Row row) throws SQLException {
      String found = row.text("reason");
      return new DeadLetter(
          new Position(
              row.required("origin_topic"),
              (int) row.number("origin_partition", 0),
              row.number("origin_offset", 0)),
          found == null ? row.required("reported_reason") : found,
          row.text("reported_by"),
          row.requiredTime("of_at"),
          row.position("topic_id", "partition", "record_offset"));
    }
  }

  /** Dead letters, the newest first. They belong to no tenant. */
  public Page<DeadLetter> deadLetters(Optional<String> topic, int limit, @Nullable String cursor) {
    Select select =
        new Select().where("x.origin_topic = :topic", "topic", topic).bind("limit", limit + 1);
    Cursor after = Cursor.parse(cursor, 4);
    if (after != null) {
      select
          .where(
              """
              (coalesce(x.at, x.reported_at) < :last
               OR coalesce(x.at, x.reported_at) = :last
                  AND (x.origin_topic, x.origin_partition, x.origin_offset) > (:in, :part, :off))\
              """,
              "last",
              after.time(0))
          .bind("in", after.text(1))
          .bind("part", after.number(2))
          .bind("off", after.number(3));
    }
    return store.read(
        asked ->
            Page.of(
                asked.list(
                    select,
                    "SELECT x.*, coalesce(x.at, x.reported_at) AS of_at FROM dead_letter x"
                        + select.clause()
                        + " ORDER BY coalesce(x.at, x.reported_at) DESC, x.origin_topic,"
                        + " x.origin_partition, x.origin_offset LIMIT :limit",
                    DeadLetter::of),
                limit,
                letter ->
                    Cursor.at(
                        letter.at(),
                        letter.origin().topic(),
                        letter.origin().partition(),
                        letter.origin().offset())));
  }
}
