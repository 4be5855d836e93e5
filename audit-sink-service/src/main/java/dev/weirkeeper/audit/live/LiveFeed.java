package dev.weirkeeper.audit.live;

import dev.weirkeeper.audit.access.Tenants;
import dev.weirkeeper.audit.live.Happening.Owned;
import dev.weirkeeper.audit.live.Mark.Place;
import dev.weirkeeper.audit.live.Watcher.Batch;
import dev.weirkeeper.audit.query.Position;
import dev.weirkeeper.audit.store.Database;
import dev.weirkeeper.schemas.topic.Topics;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Tells watchers of records as they are stored. It looks only while somebody watches. Thread-safe.
 */
public final class LiveFeed implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(LiveFeed.class);

  private static final Duration LOOK = Duration.ofMillis(200);
  private static final Duration IDLE = Duration.ofSeconds(1);

  /** Most watchers at once. */
  private static final int MOST_WATCHERS = 500;

  /** Most records that one look brings, and most that a watcher who returns is told. */
  private static final int MOST_AT_ONCE = 5_000;

  private static final JsonMapper MAPPER = JsonMapper.shared();

  private static final String NEWER =
      """
      SELECT l.topic_id, l.partition, l.record_offset, l.at, l.type, l.session_id, l.task_id, l.call_id,
             l.payload, o.tenants
      FROM unnest(?::int[], ?::int[], ?::bigint[], ?::bigint[]) AS w (topic_id, partition, since, until)
      CROSS JOIN LATERAL (
        SELECT * FROM log x
        WHERE x.topic_id = w.topic_id AND x.partition = w.partition
          AND x.record_offset >= w.since AND x.record_offset < w.until
          AND x.day >= current_date - 1
        ORDER BY x.record_offset LIMIT ?) l
      LEFT JOIN LATERAL (
        SELECT array_agg(DISTINCT coalesce(t.tenant, t.asked_tenant)) AS tenants
        FROM task t WHERE t.session_id = l.session_id) o ON true
      ORDER BY l.at, l.topic_id, l.partition, l.record_offset
      LIMIT ?
      """;

  private final Database database;
  private final Map<String, String> kinds;
  private final List<Watcher> watchers = new CopyOnWriteArrayList<>();
  private final Thread reader;
  private volatile boolean closed;

  /** How far watchers were told; null: nobody watches. */
  private @Nullable Mark seen;

  private final Map<Integer, String> names = new HashMap<>();

  /**
   * A feed of a store.
   *
   * @param database made by {@link Database#reading}; stays its owner's
   */
  public LiveFeed(Database database, Topics topics) {
    this.database = database;
    this.kinds =
        Map.of(
            topics.events().name(), "event",
            topics.results().name(), "result",
            topics.approvalRequests().name(), "approval_request",
            topics.approvalDecisions().name(), "approval_decision",
            topics.alerts().name(), "alert",
            topics.deadLetters().name(), "dead_letter");
    this.reader = Thread.ofVirtual().name("live-feed").unstarted(this::run);
    reader.start();
  }

  /**
   * Begins to watch.
   *
   * @param session only this session; empty: all
   * @param since the mark after which to go on; empty: from now
   * @throws RejectedExecutionException if too many watch already
   * @throws SQLException if the store is away
   */
  public Watcher watch(Tenants tenants, Optional<String> session, Optional<String> since)
      throws SQLException {
    if (watchers.size() >= MOST_WATCHERS) {
      throw new RejectedExecutionException(MOST_WATCHERS + " watch already");
    }
    Watcher watcher = new Watcher(tenants, session, watchers::remove);
    try (Connection connection = database.connection()) {
      Optional<Mark> from = since.flatMap(Mark::parse);
      Mark until = now(connection);
      Look missed =
          from.isPresent() ? newer(connection, from.get(), until) : new Look(List.of(), false);
      boolean unknown = since.isPresent() && from.isEmpty();
      synchronized (this) {
        // Everybody is told what there is before this one joins, so that from here on all are told
        // the same; what was stored since the look above is told here.
        if (seen == null) {
          seen = until;
        } else {
          tell(connection);
        }
        Mark told = Objects.requireNonNull(seen);
        watcher.begin(missed.happenings(), told.toString(), unknown || missed.more());
        if (from.isPresent()) {
          watcher.offer(newer(connection, until, told).happenings(), told.toString());
        }
        watchers.add(watcher);
      }
    }
    LockSupport.unpark(reader);
    return watcher;
  }

  /** How many watch. */
  public int watchers() {
    return watchers.size();
  }

  private void run() {
    while (!closed) {
      if (watchers.isEmpty()) {
        rest();
        LockSupport.parkNanos(IDLE.toNanos());
        continue;
      }
      try (Connection connection = database.connection()) {
        tell(connection);
      } catch (SQLException e) {
        // What happens meanwhile is told once the store is back: the mark stays.
        log.debug("the store can't be looked at", e);
        LockSupport.parkNanos(IDLE.toNanos());
      }
      LockSupport.parkNanos(LOOK.toNanos());
    }
  }

  /** Nobody watches: the next who does begins from where the store is then. */
  private synchronized void rest() {
    if (watchers.isEmpty()) {
      seen = null;
    }
  }

  private synchronized void tell(Connection connection) throws SQLException {
    Mark now = now(connection);
    Mark before = seen;
    if (before != null && !now.equals(before)) {
      Look look = newer(connection, before, now);
      String mark = now.toString();
      for (Watcher watcher : watchers) {
        if (look.more()) {
          watcher.put(new Batch(List.of(), Optional.of(mark), true));
        }
        watcher.offer(look.happenings(), mark);
      }
      watchers.removeIf(Watcher::dropped);
    }
    seen = now;
  }

  /** What a look brought; more: there was more than that, which is left out. */
  private record Look(List<Owned> happenings, boolean more) {}

  private Mark now(Connection connection) throws SQLException {
    Map<Place, Long> next = new HashMap<>();
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT o.topic_id, o.partition, o.next_offset, t.name FROM sink_offset o"
                    + " JOIN topic t USING (topic_id)")) {
      while (row.next()) {
        String name = row.getString(4);
        if (kinds.containsKey(name)) {
          synchronized (names) {
            names.put(row.getInt(1), name);
          }
          next.put(new Place(row.getInt(1), row.getInt(2)), row.getLong(3));
        }
      }
    }
    return new Mark(next);
  }

  private Look newer(Connection connection, Mark seen, Mark now) throws SQLException {
    List<Place> places = new ArrayList<>();
    now.next()
        .forEach(
            (place, next) -> {
              if (seen.next().getOrDefault(place, 0L) < next) {
                places.add(place);
              }
            });
    if (places.isEmpty()) {
      return new Look(List.of(), false);
    }
    List<Owned> happenings = new ArrayList<>();
    try (PreparedStatement select = connection.prepareStatement(NEWER)) {
      select.setArray(1, array(connection, "int4", places.stream().map(Place::topic).toArray()));
      select.setArray(
          2, array(connection, "int4", places.stream().map(Place::partition).toArray()));
      select.setArray(
          3,
          array(
              connection,
              "int8",
              places.stream().map(p -> seen.next().getOrDefault(p, 0L)).toArray()));
      select.setArray(
          4, array(connection, "int8", places.stream().map(p -> now.next().get(p)).toArray()));
      select.setInt(5, MOST_AT_ONCE + 1);
      select.setInt(6, MOST_AT_ONCE + 1);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          happenings.add(happening(row));
        }
      }
    }
    boolean more = happenings.size() > MOST_AT_ONCE;
    return new Look(more ? List.of() : happenings, more);
  }

  private static Array array(Connection connection, String type, Object[] values)
      throws SQLException {
    return connection.createArrayOf(type, values);
  }

  private Owned happening(ResultSet row) throws SQLException {
    String topic;
    synchronized (names) {
      topic = names.getOrDefault(row.getInt("topic_id"), "");
    }
    String kind = kinds.getOrDefault(topic, "event");
    String payload = row.getString("payload");
    ObjectNode data =
        payload != null && MAPPER.readTree(payload) instanceof ObjectNode object
            ? object
            : MAPPER.createObjectNode();
    Array tenants = row.getArray("tenants");
    List<String> owners =
        tenants == null
            ? List.of()
            : Arrays.stream((Object[]) tenants.getArray())
                .filter(Objects::nonNull)
                .map(String::valueOf)
                .collect(Collectors.toList());
    String alertOf = kind.equals("alert") ? data.path("tenant").asString("") : "";
    if (owners.isEmpty() && !alertOf.isEmpty()) {
      owners = List.of(alertOf);
    }
    data.retain(SHOWN.getOrDefault(kind, Set.of()));
    return new Owned(
        new Happening(
            kind,
            row.getString("session_id"),
            row.getString("task_id"),
            row.getString("call_id"),
            row.getObject("at", OffsetDateTime.class).toInstant(),
            new Position(topic, row.getInt("partition"), row.getLong("record_offset")),
            data),
        owners);
  }

  /** What is told of a record; the store has the rest. */
  private static final Map<String, Set<String>> SHOWN =
      Map.of(
          "event",
          Set.of(
              "sequence",
              "type",
              "phase",
              "turn",
              "state",
              "reason",
              "timer",
              "effects",
              "agent",
              "tenant",
              "spent_nano_usd",
              "steps",
              "tokens"),
          "result",
          Set.of("status", "why", "steps", "cost_nano_usd", "agent", "tenant"),
          "approval_request",
          Set.of("kind", "tool", "question", "agent", "tenant", "expires_at"),
          "approval_decision",
          Set.of("verdict", "decided_by"),
          "alert",
          Set.of("alert_id", "kind", "message", "agent", "tenant"),
          "dead_letter",
          Set.of());

  @Override
  public void close() {
    closed = true;
    watchers.forEach(Watcher::drop);
    LockSupport.unpark(reader);
    try {
      reader.join(Duration.ofSeconds(5));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
