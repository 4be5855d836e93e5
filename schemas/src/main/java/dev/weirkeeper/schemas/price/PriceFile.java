package dev.weirkeeper.schemas.price;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * One price file, read and checked. The form is described at the head of the shipped {@code
 * prices.yaml}.
 */
record PriceFile(
    String version,
    Map<String, NavigableMap<Instant, List<Rates>>> prices,
    Map<String, String> aliases,
    Optional<Rates> fallback) {

  /**
   * Reads a file.
   *
   * @throws InvalidPriceBookException with every mistake in it
   */
  static PriceFile parse(String yaml, String origin, boolean whole) {
    Reading reading = new Reading();
    PriceFile file = reading.file(YamlValue.read(yaml, origin), yaml, whole);
    if (!reading.problems.isEmpty()) {
      reading.problems.sort(Comparator.comparingInt(InvalidPriceBookException.Problem::line));
      throw new InvalidPriceBookException(origin, reading.problems);
    }
    return file;
  }

  private static final class Reading {

    private static final Set<String> CLASSES =
        Set.of("input", "cache_write_5m", "cache_write_1h", "cache_read", "output");
    private static final BigDecimal PICO_PER_TOKEN = BigDecimal.valueOf(1_000_000);
    private static final BigDecimal DEAREST = BigDecimal.valueOf(1_000_000);

    private final List<InvalidPriceBookException.Problem> problems = new ArrayList<>();
    private final Map<String, NavigableMap<Instant, List<Rates>>> prices = new HashMap<>();
    private final Map<String, String> aliases = new HashMap<>();

    PriceFile file(YamlValue root, String yaml, boolean whole) {
      YamlValue.Keys keys = keys(root, "a mapping with version, fallback, aliases and prices");
      allow(keys, Set.of("version", "fallback", "aliases", "prices"));
      String version =
          keys.get("version").map(value -> text(value, "a version")).orElseGet(() -> digest(yaml));
      Optional<Rates> fallback = keys.get("fallback").map(this::fallback);
      if (whole && fallback.isEmpty()) {
        wrong(keys.line(), "no fallback", "a fallback price for models that nobody knows");
      }
      Optional<YamlValue> entries = keys.get("prices");
      entries.ifPresent(value -> items(value, "a list of entries").forEach(this::entry));
      if (whole && entries.isEmpty()) {
        wrong(keys.line(), "no prices", "a list of entries under prices");
      }
      keys.get("aliases")
          .ifPresent(
              value ->
                  keys(value, "a mapping of alias to model")
                      .entries()
                      .forEach(alias -> alias(alias, whole)));
      return new PriceFile(version, prices, aliases, fallback);
    }

    private Rates fallback(YamlValue value) {
      YamlValue.Keys entry = keys(value, "prices for models that nobody knows");
      allow(entry, with(CLASSES, "source"));
      source(entry);
      return rates(entry, 0);
    }

    private void alias(YamlValue.Entry alias, boolean whole) {
      String model = text(alias.value(), "the name of a model");
      if (whole && !prices.containsKey(model)) {
        wrong(alias.line(), "alias " + alias.key() + " of " + model, "a model that has prices");
      }
      if (prices.containsKey(alias.key())) {
        wrong(alias.line(), "alias " + alias.key(), "a name that has no prices of its own");
      }
      aliases.put(alias.key(), model);
    }

    private void entry(YamlValue one) {
      YamlValue.Keys entry = keys(one, "an entry with models, valid_from, source and prices");
      allow(entry, with(CLASSES, "models", "valid_from", "source", "tiers"));
      source(entry);
      Instant from = instant(entry);
      List<Rates> tiers = new ArrayList<>();
      tiers.add(rates(entry, 0));
      entry
          .get("tiers")
          .ifPresent(value -> items(value, "a list of tiers").forEach(item -> tier(item, tiers)));
      Optional<YamlValue> models = entry.get("models");
      if (models.isEmpty()) {
        wrong(entry.line(), "no models", "the list of models with these prices");
        return;
      }
      for (YamlValue item : items(models.get(), "a list of model names")) {
        String model = text(item, "a model name");
        if (prices
                .computeIfAbsent(model, _ -> new TreeMap<>())
                .putIfAbsent(from, List.copyOf(tiers))
            != null) {
          wrong(item.line(), model + " from " + from + " again", "one entry per model and date");
        }
      }
    }

    private void tier(YamlValue item, List<Rates> tiers) {
      YamlValue.Keys tier = keys(item, "a tier with from_input_tokens and prices");
      allow(tier, with(CLASSES, "from_input_tokens"));
      long start = count(tier);
      long below = tiers.getLast().fromInputTokens();
      if (start <= below) {
        wrong(
            tier.line(), "from_input_tokens " + start, "more than " + below + ", as tiers ascend");
      }
      tiers.add(rates(tier, start));
    }

    private Instant instant(YamlValue.Keys entry) {
      Optional<YamlValue> given = entry.get("valid_from");
      if (given.isEmpty()) {
        wrong(entry.line(), "no valid_from", "a date such as 2026-10-07");
        return Instant.EPOCH;
      }
      YamlValue value = given.get();
      String text = text(value, "a date such as 2026-10-07");
      try {
        return text.contains("T")
            ? Instant.parse(text)
            : LocalDate.parse(text).atStartOfDay().toInstant(ZoneOffset.UTC);
      } catch (DateTimeParseException _) {
        wrong(
            value.line(),
            "valid_from '" + text + "'",
            "a date such as 2026-10-07 or an instant such as 2026-10-07T12:00:00Z");
        return Instant.EPOCH;
      }
    }

    /** A cache class that is not named costs what the class costs that it takes the place of. */
    private Rates rates(YamlValue.Keys keys, long fromInputTokens) {
      long input = required(keys, "input");
      long write5m = optional(keys, "cache_write_5m", input);
      return new Rates(
          fromInputTokens,
          input,
          write5m,
          optional(keys, "cache_write_1h", write5m),
          optional(keys, "cache_read", input),
          required(keys, "output"));
    }

    private long required(YamlValue.Keys keys, String name) {
      Optional<YamlValue> value = keys.get(name);
      if (value.isEmpty()) {
        wrong(keys.line(), "no " + name, "the price of " + name + " in USD per million tokens");
      }
      return value.map(given -> price(name, given)).orElse(0L);
    }

    private long optional(YamlValue.Keys keys, String name, long absent) {
      return keys.get(name).map(given -> price(name, given)).orElse(absent);
    }

    private long price(String name, YamlValue value) {
      String expected = "USD per million tokens, 0 to 1000000 with at most 6 decimals";
      String text = text(value, expected);
      try {
        BigDecimal usd = new BigDecimal(text);
        if (text.length() <= 20 && usd.signum() >= 0 && usd.compareTo(DEAREST) <= 0) {
          return usd.multiply(PICO_PER_TOKEN).longValueExact();
        }
      } catch (NumberFormatException _) {
        // reported below, like every other price that can't be used
      } catch (ArithmeticException _) {
        // more than six decimals: the same
      }
      wrong(value.line(), name + " '" + text + "'", expected);
      return 0;
    }

    private long count(YamlValue.Keys tier) {
      Optional<YamlValue> given = tier.get("from_input_tokens");
      String expected = "a number of tokens";
      if (given.isEmpty()) {
        wrong(tier.line(), "no from_input_tokens", expected);
        return 0;
      }
      YamlValue value = given.get();
      String text = text(value, expected);
      try {
        return Long.parseLong(text);
      } catch (NumberFormatException _) {
        wrong(value.line(), "from_input_tokens '" + text + "'", expected);
        return 0;
      }
    }

    private void source(YamlValue.Keys entry) {
      Optional<YamlValue> value = entry.get("source");
      if (value.isEmpty()) {
        wrong(entry.line(), "no source", "where the prices come from");
      }
      value.ifPresent(given -> text(given, "where the prices come from"));
    }

    private void allow(YamlValue.Keys keys, Set<String> known) {
      Map<String, Integer> lines = new HashMap<>();
      for (YamlValue.Entry entry : keys.entries()) {
        if (!known.contains(entry.key())) {
          wrong(
              entry.line(),
              "unknown key '" + entry.key() + "'",
              "one of " + String.join(", ", known.stream().sorted().toList()));
        }
        int first = lines.computeIfAbsent(entry.key(), _ -> entry.line());
        if (first != entry.line()) {
          wrong(entry.line(), entry.key() + " again, first on line " + first, "it once");
        }
      }
    }

    private YamlValue.Keys keys(YamlValue value, String expected) {
      if (value instanceof YamlValue.Keys keys) {
        return keys;
      }
      wrong(value.line(), shown(value), expected);
      return new YamlValue.Keys(value.line(), List.of());
    }

    private List<YamlValue> items(YamlValue value, String expected) {
      if (value instanceof YamlValue.Items(_, List<YamlValue> items) && !items.isEmpty()) {
        return items;
      }
      wrong(value.line(), shown(value), expected);
      return List.of();
    }

    private String text(YamlValue value, String expected) {
      if (value instanceof YamlValue.Text(_, String text) && !text.isBlank()) {
        return text;
      }
      wrong(value.line(), shown(value), expected);
      return "";
    }

    private void wrong(int line, String found, String expected) {
      problems.add(new InvalidPriceBookException.Problem(line, found, expected));
    }

    private static String shown(YamlValue value) {
      return switch (value) {
        case YamlValue.Text(_, String text) -> "'" + text + "'";
        case YamlValue.Blank _ -> "nothing";
        case YamlValue.Items _ -> "a list";
        case YamlValue.Keys _ -> "a mapping";
      };
    }

    private static Set<String> with(Set<String> names, String... more) {
      Set<String> all = new HashSet<>(names);
      all.addAll(List.of(more));
      return all;
    }

    private static String digest(String yaml) {
      try {
        byte[] sha256 =
            MessageDigest.getInstance("SHA-256").digest(yaml.getBytes(StandardCharsets.UTF_8));
        return "sha256:" + HexFormat.of().formatHex(sha256, 0, 8);
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every Java platform has SHA-256", e);
      }
    }
  }
}
