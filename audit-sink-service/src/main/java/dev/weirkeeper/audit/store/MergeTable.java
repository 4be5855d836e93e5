package dev.weirkeeper.audit.store;

import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A table whose rows are told piece by piece, by records that come in any order. Every column has a
 * rule for two values that meet; the same rules hold inside a batch, where rows are gathered in
 * memory, and against the stored row, in one {@code INSERT … ON CONFLICT DO UPDATE}. So the stored
 * row depends on what was told and, for {@link Builder#once} and {@link Builder#newest}, on the
 * order inside one topic partition, never on how topics interleave or batches are cut.
 *
 * <p>Not thread-safe: one per writer. The first rows that are sent over a connection make a staging
 * table there, which lives as long as it does; a table of which nothing is told costs nothing.
 */
public final class MergeTable {

  /** PostgreSQL types in use. JSON is a {@link ByteBuffer} of UTF-8. */
  public enum Kind {
    TEXT,
    INT2,
    INT4,
    INT8,
    BOOL,
    TIMESTAMP,
    JSONB,
    TEXTS
  }

  /** A column of a table. */
  public record Column(String name, Kind kind) {}

  /** Columns that are set together by one record. */
  public static final class Group {
    private final int first;
    private final int size;
    private final boolean newest;

    private Group(int first, int size, boolean newest) {
      this.first = first;
      this.size = size;
      this.newest = newest;
    }
  }

  /** A column that adds up. */
  public record Sum(int index) {}

  /** A column that keeps its least or greatest value. */
  public record Extreme(int index, boolean least) {}

  /** One row, gathered. */
  public final class Row {
    private final @Nullable Object[] values = new @Nullable Object[columns.size()];

    private Row(Object[] key) {
      System.arraycopy(key, 0, values, 0, key.length);
      for (int sum : sums) {
        values[sum] = 0L;
      }
    }

    /** Sets a group, its guard first, unless one that wins is there. */
    public Row set(Group group, @Nullable Object... of) {
      if (of.length != group.size) {
        throw new IllegalArgumentException(
            "%d values for %d columns of %s".formatted(of.length, group.size, name));
      }
      Object guard = values[group.first];
      if (guard == null || (group.newest && (Long) of[0] > (Long) guard)) {
        System.arraycopy(of, 0, values, group.first, of.length);
      }
      return this;
    }

    /** Adds to a sum. */
    public Row add(Sum sum, long amount) {
      values[sum.index] = Math.addExact((Long) values[sum.index], amount);
      return this;
    }

    /** Takes an instant into account. */
    public Row extend(Extreme extreme, Instant value) {
      Object before = values[extreme.index];
      if (before == null
          || (extreme.least ? value.isBefore((Instant) before) : value.isAfter((Instant) before))) {
        values[extreme.index] = value;
      }
      return this;
    }
  }

  /** Declares a table. Columns come in the order of the calls. */
  public static final class Builder {
    private final String name;
    private final List<Column> columns = new ArrayList<>();
    private final List<String> updates = new ArrayList<>();
    private final List<Integer> sums = new ArrayList<>();
    private int keys;

    private Builder(String name) {
      this.name = name;
    }

    private int column(Column column, String update) {
      columns.add(column);
      updates.add(column.name() + " = " + update.replace("{}", column.name()));
      return columns.size() - 1;
    }

    /** Columns of the primary key, all text unless said. */
    public Builder key(Column... key) {
      columns.addAll(Arrays.asList(key));
      keys = key.length;
      return this;
    }

    /** Columns of which the first that is told wins; the guard is one that is never null. */
    public Group once(Column guard, Column... others) {
      return group(guard, "t." + guard.name() + " IS NULL", false, others);
    }

    /** Columns of which those with the greatest guard, a {@link Kind#INT8}, win. */
    public Group newest(Column guard, Column... others) {
      return group(
          guard,
          "t.%s IS NULL OR EXCLUDED.%s > t.%s".formatted(guard.name(), guard.name(), guard.name()),
          true,
          others);
    }

    private Group group(Column guard, String wins, boolean newest, Column... others) {
      String update = "CASE WHEN " + wins + " THEN EXCLUDED.{} ELSE t.{} END";
      int first = column(guard, update);
      for (Column other : others) {
        column(other, update);
      }
      return new Group(first, others.length + 1, newest);
    }

    /** A {@code bigint} that adds up. */
    public Sum sum(String column) {
      int index = column(new Column(column, Kind.INT8), "t.{} + EXCLUDED.{}");
      sums.add(index);
      return new Sum(index);
    }

    /** A time of which the least is kept. */
    public Extreme least(String column) {
      return new Extreme(
          column(new Column(column, Kind.TIMESTAMP), "LEAST(t.{}, EXCLUDED.{})"), true);
    }

    /** A time of which the greatest is kept. */
    public Extreme greatest(String column) {
      return new Extreme(
          column(new Column(column, Kind.TIMESTAMP), "GREATEST(t.{}, EXCLUDED.{})"), false);
    }

    /** The table. */
    public MergeTable build() {
      return new MergeTable(this);
    }
  }

  private final String name;
  private final List<Column> columns;
  private final int keys;
  private final int[] sums;
  private final String stage;
  private final String upsert;
  private final CopyRows copy;
  private final Map<List<Object>, Row> rows = new HashMap<>();

  private MergeTable(Builder builder) {
    name = builder.name;
    columns = List.copyOf(builder.columns);
    keys = builder.keys;
    sums = builder.sums.stream().mapToInt(Integer::intValue).toArray();
    List<String> names = columns.stream().map(Column::name).toList();
    String all = String.join(", ", names);
    String key = String.join(", ", names.subList(0, keys));
    stage =
        "CREATE TEMP TABLE IF NOT EXISTS stage_%s ON COMMIT DELETE ROWS AS SELECT %s FROM %s WITH NO DATA"
            .formatted(name, all, name);
    upsert =
        "INSERT INTO %s AS t (%s) SELECT %s FROM stage_%s ORDER BY %s ON CONFLICT (%s) DO UPDATE SET %s"
            .formatted(name, all, all, name, key, key, String.join(", ", builder.updates));
    copy = new CopyRows("stage_" + name, names);
  }

  /** Begins the declaration of a table. */
  public static Builder of(String name) {
    return new Builder(name);
  }

  /** The row with this key, made if it is not there yet. */
  public Row row(Object... key) {
    return rows.computeIfAbsent(Arrays.asList(key), k -> new Row(key));
  }

  /** Forgets all rows. */
  public void clear() {
    rows.clear();
  }

  /** True if there is nothing to send. */
  public boolean isEmpty() {
    return rows.isEmpty();
  }

  /** Merges the rows into the table, in the connection's transaction. */
  public void send(Connection connection) throws SQLException {
    send(connection, "", "");
  }

  /**
   * Merges the rows into the table, with more SQL around the statement, such as {@code WITH changed
   * AS (} and {@code RETURNING … ) …}.
   */
  public void send(Connection connection, String before, String after) throws SQLException {
    if (rows.isEmpty()) {
      return;
    }
    copy.clear();
    for (Row row : rows.values()) {
      copy.row();
      for (int i = 0; i < columns.size(); i++) {
        write(columns.get(i).kind(), row.values[i]);
      }
    }
    try (Statement statement = connection.createStatement()) {
      statement.execute(stage);
    }
    copy.send(connection);
    // Prepared, so that PostgreSQL plans it once for a connection and not for every batch.
    try (PreparedStatement statement = connection.prepareStatement(before + upsert + after)) {
      statement.execute();
    }
  }

  private void write(Kind kind, @Nullable Object value) {
    if (value == null) {
      copy.none();
      return;
    }
    switch (kind) {
      case TEXT -> copy.text((String) value);
      case INT2 -> copy.int2((Integer) value);
      case INT4 -> copy.int4((Integer) value);
      case INT8 -> copy.int8((Long) value);
      case BOOL -> copy.boolOrNull((Boolean) value);
      case TIMESTAMP -> copy.timestamp((Instant) value);
      case JSONB -> copy.jsonb(((ByteBuffer) value).duplicate());
      case TEXTS -> copy.textsOrNull(((List<?>) value).stream().map(String.class::cast).toList());
    }
  }

  /** Columns of one kind, for declarations. */
  public static Column[] columns(Kind kind, String... names) {
    return Stream.of(names).map(n -> new Column(n, kind)).toArray(Column[]::new);
  }
}
