package dev.weirkeeper.audit.query;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The row after which a page begins: the values by which its list is ordered. To its holder it is
 * text without meaning; it holds nothing that the holder has not seen.
 */
public final class Cursor {

  private static final char SEPARATOR = '\u001f';
  private static final int LONGEST = 4_000;

  private final List<String> values;

  private Cursor(List<String> values) {
    this.values = values;
  }

  /** A cursor at a row of a list. */
  static Cursor at(Object... values) {
    List<String> texts = new ArrayList<>();
    for (Object value : values) {
      texts.add(value.toString());
    }
    return new Cursor(texts);
  }

  /** The form in which it goes out. */
  String text() {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(
            String.join(String.valueOf(SEPARATOR), values).getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Reads what {@link #text} made.
   *
   * @param size number of values the list is ordered by
   * @return null for no text
   * @throws BadQuestionException if it was not made for such a list
   */
  static @Nullable Cursor parse(@Nullable String text, int size) {
    if (text == null) {
      return null;
    }
    try {
      if (text.length() <= LONGEST) {
        List<String> values =
            List.of(
                new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8)
                    .split(String.valueOf(SEPARATOR), -1));
        if (values.size() == size && values.stream().noneMatch(v -> v.indexOf('\0') >= 0)) {
          return new Cursor(values);
        }
      }
    } catch (IllegalArgumentException e) {
      throw unknown(e);
    }
    throw unknown(null);
  }

  String text(int index) {
    return values.get(index);
  }

  long number(int index) {
    try {
      return Long.parseLong(values.get(index));
    } catch (NumberFormatException e) {
      throw unknown(e);
    }
  }

  Instant time(int index) {
    try {
      return Instant.parse(values.get(index));
    } catch (DateTimeException e) {
      throw unknown(e);
    }
  }

  private static BadQuestionException unknown(@Nullable Exception cause) {
    return new BadQuestionException(
        "cursor", "is not one of this list: take next of the page before, unchanged", cause);
  }
}
