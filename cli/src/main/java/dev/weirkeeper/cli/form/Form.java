package dev.weirkeeper.cli.form;

import dev.weirkeeper.operations.config.Quantity;
import dev.weirkeeper.operations.config.Spelling;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Reads the fields of one object and collects what is wrong with them. A field that is wrong reads
 * as its default, so that reading goes on and finds the other problems; whoever built something
 * asks for the problems before using it.
 */
final class Form {

  private static final BigDecimal NANO = BigDecimal.valueOf(1_000_000_000L);

  private final JsonNode node;
  private final String path;
  private final List<String> problems;
  private final Set<String> known = new TreeSet<>();

  private Form(JsonNode node, String path, List<String> problems) {
    this.node = node;
    this.path = path;
    this.problems = problems;
  }

  /** A form over a whole document; its problems are added to the list. */
  static Form of(JsonNode node, List<String> problems) {
    if (!node.isObject()) {
      problems.add("expected an object with named fields, found " + kind(node));
    }
    return new Form(node, "", problems);
  }

  String text(String name) {
    return optionalText(name)
        .filter(text -> !text.isBlank())
        .orElseGet(
            () -> {
              if (!complainedAbout(name)) {
                problems.add(place(name) + " is missing: give it as text");
              }
              return "";
            });
  }

  Optional<String> optionalText(String name) {
    return read(name, "text", value -> value.isString() ? value.stringValue() : null);
  }

  Optional<Boolean> flag(String name) {
    return read(name, "true or false", value -> value.isBoolean() ? value.booleanValue() : null);
  }

  Optional<Integer> positive(String name) {
    return read(
        name,
        "a whole number of 1 or more",
        value ->
            value.isIntegralNumber() && value.canConvertToInt() && value.intValue() >= 1
                ? value.intValue()
                : null);
  }

  Optional<Long> positiveLong(String name) {
    return read(
        name,
        "a whole number of 1 or more",
        value ->
            value.isIntegralNumber() && value.canConvertToLong() && value.longValue() >= 1
                ? value.longValue()
                : null);
  }

  /** A text such as {@code 30s}, in milliseconds. */
  Optional<Long> duration(String name) {
    return read(
        name,
        "a time with its unit (ms, s, m, h or d), such as 30s",
        value -> {
          try {
            return Quantity.duration(value.isString() ? value.stringValue() : "").toMillis();
          } catch (IllegalArgumentException | ArithmeticException e) {
            return null;
          }
        });
  }

  /** An amount in US dollars, number or text, in billionths of one. */
  Optional<Long> dollars(String name) {
    return read(
        name,
        "US dollars of at least 0 with at most 9 decimals, such as 0.05",
        value -> {
          try {
            BigDecimal amount =
                value.isNumber()
                    ? value.decimalValue()
                    : new BigDecimal(value.isString() ? value.stringValue() : "");
            long nano = amount.multiply(NANO).longValueExact();
            return nano >= 0 ? nano : null;
          } catch (ArithmeticException | NumberFormatException e) {
            return null;
          }
        });
  }

  <E extends Enum<E>> Optional<E> choice(String name, Class<E> type, Set<E> allowed) {
    String words = allowed.stream().map(Form::word).sorted().collect(Collectors.joining(", "));
    return read(
        name,
        "one of " + words,
        value ->
            Arrays.stream(type.getEnumConstants())
                .filter(allowed::contains)
                .filter(one -> value.isString() && word(one).equals(value.stringValue()))
                .findFirst()
                .orElse(null));
  }

  Optional<List<String>> texts(String name) {
    return read(
        name,
        "a list of texts",
        value -> {
          if (!value.isArray()) {
            return null;
          }
          List<String> items = new ArrayList<>();
          for (JsonNode item : value) {
            if (!item.isString() || item.stringValue().isBlank()) {
              return null;
            }
            items.add(item.stringValue());
          }
          return List.copyOf(items);
        });
  }

  Map<String, String> textMap(String name) {
    return read(
            name,
            "an object whose values are texts",
            value -> {
              if (!value.isObject() || value.valueStream().anyMatch(item -> !item.isString())) {
                return null;
              }
              Map<String, String> entries = new LinkedHashMap<>();
              value.forEachEntry((key, item) -> entries.put(key, item.stringValue()));
              return entries;
            })
        .orElse(Map.of());
  }

  Map<String, Integer> countMap(String name) {
    return read(
            name,
            "an object whose values are whole numbers of 0 or more",
            value -> {
              if (!value.isObject()
                  || value
                      .valueStream()
                      .anyMatch(item -> !item.canConvertToInt() || item.intValue() < 0)) {
                return null;
              }
              Map<String, Integer> entries = new LinkedHashMap<>();
              value.forEachEntry((key, item) -> entries.put(key, item.intValue()));
              return entries;
            })
        .orElse(Map.of());
  }

  /** A nested object, read by a function that need not check for unknown fields. */
  <T> Optional<T> object(String name, Function<Form, T> reader) {
    return read(name, "an object with named fields", value -> value.isObject() ? value : null)
        .map(value -> child(value, place(name), reader));
  }

  /** A list of nested objects. */
  <T> List<T> objects(String name, Function<Form, T> reader) {
    List<T> items = new ArrayList<>();
    read(
            name,
            "a list of objects",
            value ->
                value.isArray() && value.valueStream().allMatch(JsonNode::isObject) ? value : null)
        .ifPresent(
            list -> {
              for (int i = 0; i < list.size(); i++) {
                items.add(child(list.get(i), place(name) + "[" + (i + 1) + "]", reader));
              }
            });
    return items;
  }

  /** A nested object as its JSON text. */
  Optional<String> json(String name) {
    return read(
        name, "an object with named fields", value -> value.isObject() ? value.toString() : null);
  }

  /** Checks a value that was read; the clause says what is expected of the field. */
  void expect(boolean met, String name, String expected) {
    if (!met) {
      problems.add(place(name) + ": expected " + expected + ", found " + shown(node.get(name)));
    }
  }

  /** Reports the fields nobody asked for. Call once everything has been read. */
  void end() {
    if (node.isObject()) {
      node.propertyNames().stream()
          .filter(name -> !known.contains(name))
          .forEach(
              name ->
                  problems.add(
                      place(name)
                          + " is not known: "
                          + Spelling.closest(name, known)
                              .map(meant -> "perhaps " + meant + " was meant")
                              .orElse("known are " + String.join(", ", known))));
    }
  }

  static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  private <T> T child(JsonNode value, String where, Function<Form, T> reader) {
    Form form = new Form(value, where + ".", problems);
    T built = reader.apply(form);
    form.end();
    return built;
  }

  private <T> Optional<T> read(
      String name, String expected, Function<JsonNode, @Nullable T> convert) {
    known.add(name);
    JsonNode value = node.get(name);
    if (value == null || value.isNull()) {
      return Optional.empty();
    }
    Optional<T> converted = Optional.ofNullable(convert.apply(value));
    if (converted.isEmpty()) {
      problems.add(place(name) + ": expected " + expected + ", found " + shown(value));
    }
    return converted;
  }

  private boolean complainedAbout(String name) {
    return problems.stream().anyMatch(problem -> problem.startsWith(place(name) + ":"));
  }

  private String place(String name) {
    return path + name;
  }

  private static String shown(@Nullable JsonNode value) {
    if (value == null) {
      return "nothing";
    }
    String text = value.toString();
    return text.length() <= 60 ? text : text.substring(0, 57) + "...";
  }

  private static String kind(JsonNode node) {
    return switch (node.getNodeType()) {
      case ARRAY -> "a list";
      case STRING -> "a text";
      case NUMBER -> "a number";
      case BOOLEAN -> "true or false";
      case NULL, MISSING -> "nothing";
      case OBJECT, BINARY, POJO -> "something else";
    };
  }
}
