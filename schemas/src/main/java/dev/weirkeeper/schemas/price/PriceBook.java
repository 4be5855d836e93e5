package dev.weirkeeper.schemas.price;

import dev.weirkeeper.wire.Price;
import dev.weirkeeper.wire.Usage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What tokens cost, by model, day, prompt length and token class. Immutable and thread-safe.
 *
 * <p>A model is looked up by its exact name, then through the declared aliases, then without a date
 * at its end ({@code -20261001}, {@code -2026-10-01}, {@code @20261001}) or {@code -latest}. A name
 * that is still unknown gets the fallback price of the book, marked as such: never a price of zero.
 * No other part of a name is guessed at, because a gateway that puts a prefix before a model's name
 * may charge something else.
 *
 * <p>The prices that hold at an instant are those of the entry with the newest {@code valid_from}
 * that is not after it; before the first entry of a model, its first entry holds.
 */
public final class PriceBook {

  private static final String SHIPPED = "prices.yaml";
  private static final long MAX_FILE_BYTES = 1 << 20;
  private static final Pattern DATE_AT_END =
      Pattern.compile("(.+?)(?:[-@]20\\d{6}|-20\\d\\d-\\d\\d-\\d\\d|-latest)");

  private final String version;
  private final Map<String, NavigableMap<Instant, List<Rates>>> prices;
  private final Map<String, String> aliases;
  private final List<Rates> fallback;

  private PriceBook(
      String version,
      Map<String, NavigableMap<Instant, List<Rates>>> prices,
      Map<String, String> aliases,
      List<Rates> fallback) {
    this.version = version;
    this.prices = prices;
    this.aliases = aliases;
    this.fallback = fallback;
  }

  /** The prices that come with Weirkeeper. */
  public static PriceBook shipped() {
    try (InputStream file = PriceBook.class.getResourceAsStream(SHIPPED)) {
      if (file == null) {
        throw new IllegalStateException("the shipped " + SHIPPED + " is missing from the jar");
      }
      return parse(new String(file.readAllBytes(), StandardCharsets.UTF_8), SHIPPED);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * A book that stands on its own.
   *
   * @param yaml the file's text, of the form that the shipped {@code prices.yaml} describes
   * @param origin its name, for messages
   * @throws InvalidPriceBookException with every mistake in it; having no fallback is one
   */
  public static PriceBook parse(String yaml, String origin) {
    PriceFile file = PriceFile.parse(yaml, origin, true);
    return new PriceBook(
        file.version(), file.prices(), file.aliases(), file.fallback().map(List::of).orElseThrow());
  }

  /**
   * This book with a user's file over it: each model, alias or fallback that the file names is
   * taken wholly from the file, everything else stays. The version names both.
   *
   * @throws InvalidPriceBookException with every mistake in the file
   */
  public PriceBook with(String yaml, String origin) {
    PriceFile file = PriceFile.parse(yaml, origin, false);
    Map<String, NavigableMap<Instant, List<Rates>>> merged = new HashMap<>(prices);
    merged.putAll(file.prices());
    Map<String, String> names = new HashMap<>(aliases);
    names.keySet().removeAll(file.prices().keySet());
    names.putAll(file.aliases());
    return new PriceBook(
        version + "+" + file.version(),
        merged,
        names,
        file.fallback().map(List::of).orElse(fallback));
  }

  /**
   * The same, read from a file.
   *
   * @throws IOException if the file can't be read or is over 1 MiB
   * @throws InvalidPriceBookException with every mistake in the file
   */
  public PriceBook with(Path file) throws IOException {
    if (Files.size(file) > MAX_FILE_BYTES) {
      throw new IOException("price file " + file + " is over 1 MiB");
    }
    return with(Files.readString(file), file.toString());
  }

  /** Names the content: the version the file declares, or the start of its SHA-256. */
  public String version() {
    return version;
  }

  /** The models that have a price of their own, without aliases. */
  public SortedSet<String> models() {
    return new TreeSet<>(prices.keySet());
  }

  /** True if the model has a price of its own under this name, an alias or a dated form. */
  public boolean knows(String model) {
    return find(model).isPresent();
  }

  /**
   * The prices of a model at an instant: one for each tier, the first from 0 input tokens,
   * ascending. Never empty.
   *
   * @return priced under the name given, marked as fallback where the book does not know it
   */
  public List<Price> pricesAt(String model, Instant at) {
    Optional<List<Rates>> known = find(model).map(entries -> at(entries, at));
    return known.orElse(fallback).stream().map(rates -> rates.of(model, known.isEmpty())).toList();
  }

  /**
   * What a call costs. The tier is chosen by the sum of the four input classes, and applies to the
   * whole call.
   */
  public Cost cost(String model, Usage usage, Instant at) {
    Optional<List<Rates>> known = find(model).map(entries -> at(entries, at));
    long input =
        usage.getUncachedInput()
            + usage.getCacheWrite5m()
            + usage.getCacheWrite1h()
            + usage.getCacheRead();
    Rates rates =
        known.orElse(fallback).stream()
            .filter(tier -> tier.fromInputTokens() <= input)
            .reduce((lower, higher) -> higher)
            .orElseThrow();
    return new Cost(rates.cost(usage), known.isEmpty(), version);
  }

  /**
   * All the book says about a model, as spans of time and of prompt lengths that cover everything
   * once: what {@link #cost} looks up, for those who price many calls at once.
   *
   * @return a single span of the fallback price where the book does not know the model
   */
  public List<PriceSpan> spans(String model) {
    Optional<NavigableMap<Instant, List<Rates>>> known = find(model);
    List<PriceSpan> spans = new ArrayList<>();
    NavigableMap<Instant, List<Rates>> entries =
        known.orElseGet(() -> new TreeMap<>(Map.of(Instant.EPOCH, fallback)));
    for (Map.Entry<Instant, List<Rates>> entry : entries.entrySet()) {
      boolean first = entry.getKey().equals(entries.firstKey());
      Instant next = entries.higherKey(entry.getKey());
      List<Rates> tiers = entry.getValue();
      for (int i = 0; i < tiers.size(); i++) {
        spans.add(
            new PriceSpan(
                first ? Optional.empty() : Optional.of(entry.getKey()),
                Optional.ofNullable(next),
                i + 1 < tiers.size()
                    ? OptionalLong.of(tiers.get(i + 1).fromInputTokens())
                    : OptionalLong.empty(),
                tiers.get(i).of(model, known.isEmpty())));
      }
    }
    return spans;
  }

  private static List<Rates> at(NavigableMap<Instant, List<Rates>> entries, Instant at) {
    var entry = entries.floorEntry(at);
    return entry == null ? entries.firstEntry().getValue() : entry.getValue();
  }

  private Optional<NavigableMap<Instant, List<Rates>>> find(String model) {
    return exactly(model)
        .or(
            () -> {
              var dated = DATE_AT_END.matcher(model);
              return dated.matches() ? exactly(dated.group(1)) : Optional.empty();
            });
  }

  private Optional<NavigableMap<Instant, List<Rates>>> exactly(String model) {
    return Optional.ofNullable(prices.get(model))
        .or(() -> Optional.ofNullable(aliases.get(model)).map(prices::get));
  }
}
