package dev.weirkeeper.schemas.price;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** A piece of a YAML file that remembers its line, so that a mistake can be pointed at. */
sealed interface YamlValue {

  /** Nothing in a price book lies deeper. */
  int MAX_DEPTH = 16;

  /** Line of the file, from 1. */
  int line();

  /** A scalar as it is written. */
  record Text(int line, String text) implements YamlValue {}

  /** A value left blank. */
  record Blank(int line) implements YamlValue {}

  /** A sequence. */
  record Items(int line, List<YamlValue> items) implements YamlValue {}

  /** A mapping; a key given twice is in it twice. */
  record Keys(int line, List<Entry> entries) implements YamlValue {

    /** The first value of a key. */
    Optional<YamlValue> get(String key) {
      return entries.stream().filter(entry -> entry.key.equals(key)).map(Entry::value).findFirst();
    }
  }

  /** One key of a mapping. */
  record Entry(int line, String key, YamlValue value) {}

  /**
   * Reads a document.
   *
   * @throws InvalidPriceBookException if it is no YAML or has more than {@link #MAX_DEPTH} levels
   */
  static YamlValue read(String yaml, String origin) {
    try (JsonParser parser = new YAMLMapper().createParser(yaml)) {
      JsonToken token = parser.nextToken();
      return token == null ? new Blank(1) : value(parser, token, 0, origin);
    } catch (JacksonException e) {
      int line = e.getLocation() == null ? 1 : Math.max(1, e.getLocation().getLineNr());
      String said = String.valueOf(e.getOriginalMessage());
      String first = said.contains("\n") ? said.substring(0, said.indexOf('\n')) : said;
      throw new InvalidPriceBookException(
          origin, List.of(new InvalidPriceBookException.Problem(line, first, "YAML")));
    }
  }

  private static YamlValue value(JsonParser parser, JsonToken token, int depth, String origin) {
    int line = Math.max(1, parser.currentTokenLocation().getLineNr());
    if (depth > MAX_DEPTH) {
      throw new InvalidPriceBookException(
          origin,
          List.of(
              new InvalidPriceBookException.Problem(
                  line, "deep nesting", "at most " + MAX_DEPTH + " levels")));
    }
    return switch (token) {
      case START_OBJECT -> {
        List<Entry> entries = new ArrayList<>();
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
          int keyLine = parser.currentTokenLocation().getLineNr();
          String key = parser.currentName();
          entries.add(
              new Entry(keyLine, key, value(parser, parser.nextToken(), depth + 1, origin)));
        }
        yield new Keys(line, List.copyOf(entries));
      }
      case START_ARRAY -> {
        List<YamlValue> items = new ArrayList<>();
        for (JsonToken next = parser.nextToken();
            next != JsonToken.END_ARRAY;
            next = parser.nextToken()) {
          items.add(value(parser, next, depth + 1, origin));
        }
        yield new Items(line, List.copyOf(items));
      }
      case VALUE_NULL -> new Blank(line);
      case VALUE_STRING,
          VALUE_NUMBER_INT,
          VALUE_NUMBER_FLOAT,
          VALUE_TRUE,
          VALUE_FALSE,
          VALUE_EMBEDDED_OBJECT ->
          new Text(line, parser.getString());
      case END_OBJECT, END_ARRAY, PROPERTY_NAME, NOT_AVAILABLE ->
          throw new IllegalStateException("no value starts with " + token);
    };
  }
}
