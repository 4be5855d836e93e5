package dev.weirkeeper.audit.query;

import dev.weirkeeper.audit.seal.ContentColumns;
import dev.weirkeeper.audit.seal.ContentKey;
import dev.weirkeeper.audit.seal.Seal;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The current row of a result, read by column name. */
final class Row {

  private static final JsonMapper MAPPER = JsonMapper.shared();

  private final ResultSet row;
  private final TopicNames topics;

  Row(ResultSet row, TopicNames topics) {
    this.row = row;
    this.topics = topics;
  }

  @Nullable String text(String column) throws SQLException {
    return row.getString(column);
  }

  String required(String column) throws SQLException {
    return Objects.requireNonNull(row.getString(column), column);
  }

  @Nullable Long number(String column) throws SQLException {
    long value = row.getLong(column);
    return row.wasNull() ? null : value;
  }

  long number(String column, long absent) throws SQLException {
    long value = row.getLong(column);
    return row.wasNull() ? absent : value;
  }

  @Nullable Integer integer(String column) throws SQLException {
    int value = row.getInt(column);
    return row.wasNull() ? null : value;
  }

  @Nullable Boolean flag(String column) throws SQLException {
    boolean value = row.getBoolean(column);
    return row.wasNull() ? null : value;
  }

  @Nullable Instant time(String column) throws SQLException {
    OffsetDateTime value = row.getObject(column, OffsetDateTime.class);
    return value == null ? null : value.toInstant();
  }

  Instant requiredTime(String column) throws SQLException {
    return Objects.requireNonNull(time(column), column);
  }

  Money money(String column) throws SQLException {
    return Money.of(row.getLong(column));
  }

  @Nullable Money moneyOrNull(String column) throws SQLException {
    Long amount = number(column);
    return amount == null ? null : Money.of(amount);
  }

  @Nullable JsonNode json(String column) throws SQLException {
    String text = row.getString(column);
    return text == null ? null : MAPPER.readTree(text);
  }

  @Nullable List<String> texts(String column) throws SQLException {
    Array array = row.getArray(column);
    return array == null
        ? null
        : Arrays.stream((Object[]) array.getArray()).map(String::valueOf).toList();
  }

  byte @Nullable [] bytes(String column) throws SQLException {
    return row.getBytes(column);
  }

  /**
   * Content, which may be stored under the key of its session in the column {@code content_key}.
   *
   * @param table the table it is stored in, with its name there and the row's
   * @return as it was; null also where it can't be opened any more
   */
  @Nullable String content(String column, String table, String name, String of)
      throws SQLException {
    String stored = row.getString(column);
    return stored == null ? null : opened(stored, ContentColumns.place(table, name, of));
  }

  /** JSON content. */
  @Nullable JsonNode contentJson(String column, String table, String name, String of)
      throws SQLException {
    JsonNode stored = json(column);
    if (stored == null || !stored.isString()) {
      return stored;
    }
    String plain = opened(stored.stringValue(), ContentColumns.place(table, name, of));
    return plain == null ? null : MAPPER.readTree(plain);
  }

  /** Content in bytes; they are sealed if the row has a key. */
  byte @Nullable [] contentBytes(String column, String table, String name, String of)
      throws SQLException {
    byte[] stored = row.getBytes(column);
    ContentKey key = key();
    return stored == null || key == null
        ? stored
        : key.open(ContentColumns.place(table, name, of), stored).orElse(null);
  }

  private @Nullable String opened(String stored, String place) throws SQLException {
    return stored.startsWith(Seal.MARK) ? Seal.opened(key(), place, stored).orElse(null) : stored;
  }

  private @Nullable ContentKey key() throws SQLException {
    byte[] key = row.getBytes("content_key");
    return key == null ? null : new ContentKey(key);
  }

  /** SQL for the key of the session in a row of a table. */
  static String key(String alias) {
    return "(SELECT k.key FROM content_key k WHERE k.session_id = %s.session_id) AS content_key"
        .formatted(alias);
  }

  /** A position in the columns {@code topic_id}, {@code partition} and an offset. */
  @Nullable Position position(String topicId, String partition, String offset) throws SQLException {
    Integer topic = integer(topicId);
    Long at = number(offset);
    return topic == null || at == null
        ? null
        : new Position(topics.of(topic), row.getInt(partition), at);
  }

  /** A position in columns that begin with a word, such as {@code call_topic_id}. */
  @Nullable Position position(String prefix) throws SQLException {
    return position(prefix + "_topic_id", prefix + "_partition", prefix + "_offset");
  }

  /** The position in the columns that every row has. */
  Position position() throws SQLException {
    return Objects.requireNonNull(position("topic_id", "partition", "record_offset"));
  }
}
