package dev.weirkeeper.audit.seal;

import dev.weirkeeper.wire.Erasure;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Who is named by which session, whose content is erased, and the keys. Everything here happens in
 * the transaction of the rows it is about.
 */
public final class Subjects {

  private static final int LOCK = 0x7365616c;

  /** A session that names a person in a task. */
  public record Naming(String subject, String session, Instant at) {}

  private Subjects() {}

  /**
   * Keeps others from writing to the same sessions until the transaction ends, so that no record of
   * a session slips in open while another instance learns that it names a person.
   *
   * @param partitions of the session topics that are written from
   * @param erasing true if sessions of any partition may be erased
   */
  public static void lock(Connection connection, Set<Integer> partitions, boolean erasing)
      throws SQLException {
    try (PreparedStatement all =
            connection.prepareStatement(
                erasing
                    ? "SELECT pg_advisory_xact_lock(?, -1)"
                    : "SELECT pg_advisory_xact_lock_shared(?, -1)");
        PreparedStatement each =
            connection.prepareStatement(
                "SELECT pg_advisory_xact_lock(?, p) FROM (SELECT p FROM unnest(?) p ORDER BY p)"
                    + " s")) {
      all.setInt(1, LOCK);
      all.execute();
      if (!partitions.isEmpty()) {
        each.setInt(1, LOCK);
        each.setArray(2, connection.createArrayOf("int4", new TreeSet<>(partitions).toArray()));
        each.execute();
      }
    }
  }

  /**
   * Notes whom sessions name, and gives each of them its key unless it is erased already.
   *
   * @return what is to be done about the sessions once their rows are written
   */
  public static Changes named(Connection connection, Collection<Naming> namings)
      throws SQLException {
    Set<String> sessions = new TreeSet<>();
    try (PreparedStatement insert =
        connection.prepareStatement(
            """
            INSERT INTO subject_session AS s (subject, session_id, named_at) VALUES (?, ?, ?)
            ON CONFLICT (subject, session_id) DO UPDATE SET named_at = least(s.named_at, EXCLUDED.named_at)
            """)) {
      for (Naming naming : namings) {
        sessions.add(naming.session());
        insert.setString(1, naming.subject());
        insert.setString(2, naming.session());
        insert.setObject(3, naming.at().atOffset(ZoneOffset.UTC));
        insert.addBatch();
      }
      insert.executeBatch();
    }
    List<String> erased = erase(connection, "s.session_id = ANY (?)", sessions);
    return new Changes(erased, keys(connection, sessions));
  }

  /** Notes an erasure and erases the sessions it is about. */
  public static Changes erased(Connection connection, Erasure erasure, long offset)
      throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            """
            INSERT INTO erasure AS e (subject, erasure_id, requested_by, reason, at, record_offset)
            VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (subject) DO UPDATE
            SET erasure_id = EXCLUDED.erasure_id, requested_by = EXCLUDED.requested_by,
                reason = EXCLUDED.reason, at = EXCLUDED.at, record_offset = EXCLUDED.record_offset
            WHERE e.at < EXCLUDED.at
            """)) {
      insert.setString(1, erasure.getSubject());
      insert.setString(2, erasure.getErasureId());
      insert.setString(3, erasure.getRequestedBy());
      insert.setString(4, erasure.getReason());
      insert.setObject(5, erasure.getAt().atOffset(ZoneOffset.UTC));
      insert.setLong(6, offset);
      insert.executeUpdate();
    }
    return new Changes(
        erase(connection, "s.subject = ANY (?)", Set.of(erasure.getSubject())), List.of());
  }

  /** Sessions that are erased from now on; their keys go at once. */
  private static List<String> erase(Connection connection, String which, Set<String> of)
      throws SQLException {
    List<String> erased = new ArrayList<>();
    try (PreparedStatement insert =
            connection.prepareStatement(
                "INSERT INTO erased_session SELECT DISTINCT s.session_id FROM subject_session s"
                    + " JOIN erasure e ON e.subject = s.subject AND s.named_at <= e.at WHERE "
                    + which
                    + " ON CONFLICT DO NOTHING RETURNING session_id");
        PreparedStatement delete =
            connection.prepareStatement("DELETE FROM content_key WHERE session_id = ANY (?)")) {
      insert.setArray(1, connection.createArrayOf("text", of.toArray()));
      try (ResultSet row = insert.executeQuery()) {
        while (row.next()) {
          erased.add(row.getString(1));
        }
      }
      if (!erased.isEmpty()) {
        delete.setArray(1, connection.createArrayOf("text", erased.toArray()));
        delete.executeUpdate();
      }
    }
    return erased;
  }

  /** Makes the keys that are missing; returns the sessions of which something was stored before. */
  private static List<String> keys(Connection connection, Set<String> sessions)
      throws SQLException {
    List<String> open = new ArrayList<>();
    try (PreparedStatement insert =
        connection.prepareStatement(
            """
            INSERT INTO content_key (session_id, key)
            SELECT ?, ? WHERE NOT EXISTS (SELECT FROM erased_session WHERE session_id = ?)
            ON CONFLICT DO NOTHING
            RETURNING EXISTS (SELECT FROM session WHERE session_id = content_key.session_id)
            """)) {
      for (String session : sessions) {
        insert.setString(1, session);
        insert.setBytes(2, ContentKey.random().bytes());
        insert.setString(3, session);
        try (ResultSet row = insert.executeQuery()) {
          if (row.next() && row.getBoolean(1)) {
            open.add(session);
          }
        }
      }
    }
    return open;
  }

  /** How the content of these sessions is to be stored; those that are open are left out. */
  public static Map<String, Seal> seals(Connection connection, Collection<String> sessions)
      throws SQLException {
    Map<String, Seal> seals = new HashMap<>();
    if (sessions.isEmpty()) {
      return seals;
    }
    Array names = connection.createArrayOf("text", sessions.toArray());
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            SELECT session_id, key FROM content_key WHERE session_id = ANY (?)
            UNION ALL SELECT session_id, NULL FROM erased_session WHERE session_id = ANY (?)
            """)) {
      select.setArray(1, names);
      select.setArray(2, names);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          byte[] key = row.getBytes(2);
          seals.put(
              row.getString(1), key == null ? Seal.erased() : Seal.under(new ContentKey(key)));
        }
      }
    } finally {
      names.free();
    }
    return seals;
  }

  /** True once no session that the erasure reaches has content left. */
  public static boolean done(Connection connection, String erasureId, String subject, Instant at)
      throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement("SELECT erasure_id, at FROM erasure WHERE subject = ?")) {
      select.setString(1, subject);
      try (ResultSet row = select.executeQuery()) {
        return row.next()
            && (row.getString(1).equals(erasureId)
                || !row.getObject(2, OffsetDateTime.class).toInstant().isBefore(at));
      }
    }
  }

  /** How many sessions name a person, and how many of them are erased. */
  public static Counts counts(Connection connection, String subject) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            SELECT count(*), count(e.session_id) FROM subject_session s
            LEFT JOIN erased_session e USING (session_id) WHERE s.subject = ?
            """)) {
      select.setString(1, subject);
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return new Counts(row.getInt(1), row.getInt(2));
      }
    }
  }

  /**
   * @param sessions that name a person
   * @param erased those of them whose content is gone
   */
  public record Counts(int sessions, int erased) {}

  /**
   * What changes for sessions.
   *
   * @param erased to be blanked
   * @param sealed to be sealed, as far as they were stored open
   */
  public record Changes(List<String> erased, List<String> sealed) {

    /** No change. */
    public static final Changes NONE = new Changes(List.of(), List.of());

    /** These changes and others. */
    public Changes and(Changes more) {
      List<String> allErased = new ArrayList<>(erased);
      allErased.addAll(more.erased);
      Set<String> allSealed = new HashSet<>(sealed);
      allSealed.addAll(more.sealed);
      allErased.forEach(allSealed::remove);
      return new Changes(allErased, List.copyOf(allSealed));
    }

    /** Makes what was stored before follow. Call it when the rows of the batch are written. */
    public void apply(Connection connection) throws SQLException {
      if (!erased.isEmpty()) {
        ContentColumns.blank(connection, erased);
      }
      Map<String, Seal> seals = seals(connection, sealed);
      for (Map.Entry<String, Seal> session : seals.entrySet()) {
        if (session.getValue() instanceof Seal.Keyed(ContentKey key)) {
          ContentColumns.seal(connection, session.getKey(), key);
        }
      }
    }
  }
}
