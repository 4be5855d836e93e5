package dev.weirkeeper.audit.query;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A part of a list.
 *
 * @param items in the list's order
 * @param next cursor of the page after it; absent: this is the last
 */
public record Page<T>(List<T> items, @Nullable String next) {

  /**
   * Makes a page of rows that were asked for with one more than fits.
   *
   * @param cursor what names a row
   */
  static <T> Page<T> of(List<T> rows, int limit, Function<T, Cursor> cursor) {
    if (rows.size() <= limit) {
      return new Page<>(List.copyOf(rows), null);
    }
    List<T> items = List.copyOf(rows.subList(0, limit));
    return new Page<>(items, cursor.apply(items.getLast()).text());
  }
}
