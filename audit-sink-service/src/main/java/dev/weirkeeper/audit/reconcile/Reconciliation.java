package dev.weirkeeper.audit.reconcile;

import dev.weirkeeper.audit.reconcile.ProviderExport.TokenClass;
import dev.weirkeeper.schemas.price.PriceBook;
import dev.weirkeeper.schemas.price.PriceSpan;
import dev.weirkeeper.wire.Price;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A comparison of the ledger with a provider's export.
 *
 * <p>Tokens are compared by day (UTC, of the call's first request), model and class. A difference
 * is explained, as far as it goes, by
 *
 * <ol>
 *   <li>calls without a reply, or whose reply told no usage: the provider may have counted up to
 *       the bound of their input and their limit of output;
 *   <li>calls near midnight: the provider may count them on the other day.
 * </ol>
 *
 * <p>Money is compared by day and model where the export tells the model, or by day. A difference
 * is explained by calls whose price was the fallback price, or, where the tokens agree, by another
 * price per token.
 */
public final class Reconciliation {

  /** How near to midnight a call may be counted on either day. */
  public static final Duration EDGE = Duration.ofMinutes(15);

  /** Dollars are compared to this, since reports round: a thousandth of a cent. */
  private static final long ROUNDING_NANO_USD = 10_000;

  /** What explains a difference. */
  public enum Cause {
    NONE,
    UNSETTLED,
    OTHER_DAY,
    FALLBACK_PRICE,
    OTHER_PRICE,
    UNEXPLAINED
  }

  /**
   * One comparison.
   *
   * @param what {@code cost}, or a token class in lower case
   * @param provider tokens, or billionths of a US dollar
   * @param ledger likewise
   * @param cause why they differ; NONE where they do not
   * @param why in words, with what to do
   * @param calls the calls that explain it
   */
  public record Line(
      LocalDate day,
      String model,
      String what,
      long provider,
      long ledger,
      Cause cause,
      String why,
      List<String> calls) {

    /** By how much the provider has more. */
    public long difference() {
      return provider - ledger;
    }
  }

  /** A call that the provider may have counted though the ledger can't. */
  private record Doubtful(String call, long input, long output) {}

  /** What the ledger has of one day and model. */
  private static final class Known {
    final Map<TokenClass, Long> tokens = new EnumMap<>(TokenClass.class);
    final List<Doubtful> doubtful = new ArrayList<>();
    final List<String> edge = new ArrayList<>();
    final List<String> fallback = new ArrayList<>();
    long edgeTokens;
    long cost;

    long tokens(TokenClass type) {
      return tokens.getOrDefault(type, 0L);
    }
  }

  private record Place(LocalDate day, String model) implements Comparable<Place> {
    @Override
    public int compareTo(Place other) {
      return Comparator.comparing(Place::day).thenComparing(Place::model).compare(this, other);
    }
  }

  private final Map<Place, Known> ledger;
  private final PriceBook book;

  private Reconciliation(Map<Place, Known> ledger, PriceBook book) {
    this.ledger = ledger;
    this.book = book;
  }

  /**
   * Compares.
   *
   * @param providers wire formats the export is about, as {@code model_call.provider} has them
   * @param book the prices, for saying what a token costs here
   */
  public static List<Line> of(
      Connection connection, ProviderExport export, Set<String> providers, PriceBook book)
      throws SQLException {
    Set<LocalDate> days = new TreeSet<>();
    export.usage().forEach(usage -> days.add(usage.day()));
    export.costs().forEach(cost -> days.add(cost.day()));
    Map<Place, Known> ledger = new HashMap<>();
    for (LocalDate day : days) {
      read(connection, day, providers, ledger);
    }
    Reconciliation reconciliation = new Reconciliation(ledger, book);
    List<Line> lines = new ArrayList<>();
    if (!export.usage().isEmpty()) {
      lines.addAll(reconciliation.tokens(export));
    }
    if (!export.costs().isEmpty()) {
      lines.addAll(reconciliation.money(export));
    }
    return lines;
  }

  private static void read(
      Connection connection, LocalDate day, Set<String> providers, Map<Place, Known> ledger)
      throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            SELECT call_id, coalesce(model, asked_model, ledger_model) AS model,
                   reply_offset IS NOT NULL AND usage_reported AS told,
                   uncached_input, cache_write_5m, cache_write_1h, cache_read, output,
                   coalesce(input_tokens_bound, 0) AS bound, coalesce(max_output_tokens, 0) AS most,
                   settled_nano_usd + adjusted_nano_usd AS cost, coalesce(fallback_price, false) AS fallback,
                   unsettled_nano_usd, coalesce(error, '') AS error,
                   least(coalesce(started_at, requested_at, hour) - ?, ? - coalesce(started_at, requested_at, hour))
                     < make_interval(secs => ?) AS edge
            FROM model_call
            WHERE coalesce(started_at, requested_at, hour) >= ?
              AND coalesce(started_at, requested_at, hour) < ?
              AND (provider IS NULL OR provider = ANY (?))
            """)) {
      Object from = day.atStartOfDay().atOffset(ZoneOffset.UTC);
      Object to = day.plusDays(1).atStartOfDay().atOffset(ZoneOffset.UTC);
      select.setObject(1, from);
      select.setObject(2, to);
      select.setLong(3, EDGE.toSeconds());
      select.setObject(4, from);
      select.setObject(5, to);
      select.setArray(6, connection.createArrayOf("text", providers.toArray()));
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          String model = row.getString("model");
          take(row, ledger.computeIfAbsent(new Place(day, model(model)), _ -> new Known()));
        }
      }
    }
  }

  private static void take(ResultSet row, Known known) throws SQLException {
    String call = row.getString("call_id");
    long input =
        row.getLong("uncached_input")
            + row.getLong("cache_write_5m")
            + row.getLong("cache_write_1h")
            + row.getLong("cache_read");
    long output = row.getLong("output");
    known.tokens.merge(TokenClass.UNCACHED_INPUT, row.getLong("uncached_input"), Long::sum);
    known.tokens.merge(TokenClass.CACHE_WRITE_5M, row.getLong("cache_write_5m"), Long::sum);
    known.tokens.merge(TokenClass.CACHE_WRITE_1H, row.getLong("cache_write_1h"), Long::sum);
    known.tokens.merge(TokenClass.CACHE_READ, row.getLong("cache_read"), Long::sum);
    known.tokens.merge(TokenClass.OUTPUT, output, Long::sum);
    known.cost += row.getLong("cost");
    if (!row.getBoolean("told")) {
      known.doubtful.add(
          new Doubtful(
              call,
              Math.max(0, row.getLong("bound") - input),
              Math.max(0, row.getLong("most") - output)));
    }
    if (row.getBoolean("edge")) {
      known.edge.add(call);
      known.edgeTokens += input + output;
    }
    if (row.getBoolean("fallback")) {
      known.fallback.add(call);
    }
  }

  /** Providers date the names of models; the ledger and the export need not agree on that. */
  private static String model(@Nullable String model) {
    return model == null
        ? ""
        : model.replaceFirst("(?:[-@]20\\d{6}|-20\\d\\d-\\d\\d-\\d\\d|-latest)$", "");
  }

  private List<Line> tokens(ProviderExport export) {
    Map<Place, Map<TokenClass, Long>> said = new TreeMap<>();
    for (ProviderExport.Usage usage : export.usage()) {
      Map<TokenClass, Long> sums =
          said.computeIfAbsent(
              new Place(usage.day(), model(usage.model())), _ -> new EnumMap<>(TokenClass.class));
      usage.tokens().forEach((type, tokens) -> sums.merge(type, tokens, Long::sum));
    }
    Set<LocalDate> days =
        export.usage().stream().map(ProviderExport.Usage::day).collect(Collectors.toSet());
    ledger.keySet().stream()
        .filter(place -> days.contains(place.day()))
        .forEach(place -> said.putIfAbsent(place, new EnumMap<>(TokenClass.class)));
    List<Line> lines = new ArrayList<>();
    said.forEach((place, sums) -> lines.addAll(tokens(place, sums)));
    return lines;
  }

  private List<Line> tokens(Place place, Map<TokenClass, Long> said) {
    Known known = ledger.getOrDefault(place, new Known());
    long input = 0;
    for (TokenClass type : TokenClass.values()) {
      if (type != TokenClass.OUTPUT) {
        input += Math.max(0, said.getOrDefault(type, 0L) - known.tokens(type));
      }
    }
    long inputOfDoubtful = known.doubtful.stream().mapToLong(Doubtful::input).sum();
    long outputOfDoubtful = known.doubtful.stream().mapToLong(Doubtful::output).sum();
    List<Line> lines = new ArrayList<>();
    for (TokenClass type : TokenClass.values()) {
      long provider = said.getOrDefault(type, 0L);
      long ours = known.tokens(type);
      long more = provider - ours;
      boolean byDoubtful =
          more > 0
              && (type == TokenClass.OUTPUT ? more <= outputOfDoubtful : input <= inputOfDoubtful);
      Cause cause =
          more == 0
              ? Cause.NONE
              : byDoubtful
                  ? Cause.UNSETTLED
                  : Math.abs(more) <= known.edgeTokens + edgeOfNeighbours(place)
                      ? Cause.OTHER_DAY
                      : Cause.UNEXPLAINED;
      lines.add(
          new Line(
              place.day(),
              place.model(),
              type.name().toLowerCase(java.util.Locale.ROOT),
              provider,
              ours,
              cause,
              switch (cause) {
                case NONE -> "";
                case UNSETTLED ->
                    "within what %d calls whose reply was lost may have used (at most %d input and %d output tokens)"
                        .formatted(known.doubtful.size(), inputOfDoubtful, outputOfDoubtful);
                case OTHER_DAY ->
                    "within what calls up to %d minutes from midnight used; compare with the days beside it"
                        .formatted(EDGE.toMinutes());
                case FALLBACK_PRICE, OTHER_PRICE -> throw new IllegalStateException("of tokens");
                case UNEXPLAINED ->
                    more > 0
                        ? "the provider counts tokens that no call here accounts for: is the key"
                            + " used by others too?"
                        : "the provider counts less than replies reported: is the export whole, and"
                            + " for all keys?";
              },
              switch (cause) {
                case UNSETTLED -> known.doubtful.stream().map(Doubtful::call).toList();
                case OTHER_DAY -> known.edge;
                default -> List.of();
              }));
    }
    return lines;
  }

  private long edgeOfNeighbours(Place place) {
    long tokens = 0;
    for (int days : new int[] {-1, 1}) {
      Known beside = ledger.get(new Place(place.day().plusDays(days), place.model()));
      tokens += beside == null ? 0 : beside.edgeTokens;
    }
    return tokens;
  }

  private List<Line> money(ProviderExport export) {
    boolean byModel = export.costs().stream().anyMatch(cost -> !cost.model().isEmpty());
    Map<Place, Long> said = new TreeMap<>();
    for (ProviderExport.Cost cost : export.costs()) {
      said.merge(
          new Place(cost.day(), byModel ? model(cost.model()) : ""), cost.nanoUsd(), Long::sum);
    }
    if (byModel) {
      ledger.keySet().forEach(place -> said.putIfAbsent(place, 0L));
    }
    List<Line> lines = new ArrayList<>();
    said.forEach((place, nano) -> lines.add(money(export, place, nano, byModel)));
    return lines;
  }

  private Line money(ProviderExport export, Place place, long provider, boolean byModel) {
    List<Known> of =
        ledger.entrySet().stream()
            .filter(e -> byModel ? e.getKey().equals(place) : e.getKey().day().equals(place.day()))
            .map(Map.Entry::getValue)
            .toList();
    long ours = of.stream().mapToLong(known -> known.cost).sum();
    List<String> doubtful =
        of.stream().flatMap(known -> known.doubtful.stream()).map(Doubtful::call).toList();
    List<String> fallback = of.stream().flatMap(known -> known.fallback.stream()).toList();
    long more = provider - ours;
    boolean tokensAgree = tokensAgree(export, place, byModel);
    Cause cause =
        Math.abs(more) <= ROUNDING_NANO_USD
            ? Cause.NONE
            : tokensAgree && !fallback.isEmpty()
                ? Cause.FALLBACK_PRICE
                : tokensAgree
                    ? Cause.OTHER_PRICE
                    : more > 0 && !doubtful.isEmpty() && more <= atMost(place, of)
                        ? Cause.UNSETTLED
                        : Cause.UNEXPLAINED;
    return new Line(
        place.day(),
        place.model(),
        "cost",
        provider,
        ours,
        cause,
        switch (cause) {
          case NONE, OTHER_DAY -> "";
          case UNSETTLED ->
              "within what %d calls whose reply was lost may have cost".formatted(doubtful.size());
          case FALLBACK_PRICE ->
              "the tokens agree; %d calls were priced with the fallback price: add the model to the price book"
                  .formatted(fallback.size());
          case OTHER_PRICE -> "the tokens agree, so the price per token differs: " + price(place);
          case UNEXPLAINED ->
              "give the usage export of the same days too, or look for charges that are no tokens";
        },
        switch (cause) {
          case UNSETTLED -> doubtful;
          case FALLBACK_PRICE -> fallback;
          default -> List.of();
        });
  }

  private boolean tokensAgree(ProviderExport export, Place place, boolean byModel) {
    List<Line> tokens =
        tokens(new ProviderExport(export.usage(), List.of())).stream()
            .filter(line -> line.day().equals(place.day()))
            .filter(line -> !byModel || line.model().equals(place.model()))
            .toList();
    return !tokens.isEmpty() && tokens.stream().allMatch(line -> line.cause() == Cause.NONE);
  }

  /** The most that doubtful calls may have cost: all input written to the dearest cache. */
  private long atMost(Place place, List<Known> of) {
    long nano = 0;
    for (Known known : of) {
      for (Doubtful call : known.doubtful) {
        long input = 0;
        long output = 0;
        for (PriceSpan span : book.spans(place.model())) {
          Price price = span.price();
          input =
              Math.max(
                  input,
                  Math.max(
                      price.getUncachedInput(),
                      Math.max(price.getCacheWrite5m(), price.getCacheWrite1h())));
          output = Math.max(output, price.getOutput());
        }
        nano += (call.input() * input + call.output() * output) / 1_000 + 1;
      }
    }
    return nano;
  }

  private String price(Place place) {
    return place.model().isEmpty()
        ? "compare the price book with the provider's price list"
        : "the book has %s at %s"
            .formatted(
                place.model(),
                book
                    .pricesAt(place.model(), place.day().atStartOfDay(ZoneOffset.UTC).toInstant())
                    .stream()
                    .map(
                        price ->
                            "$%s in, $%s out per million tokens from %d"
                                .formatted(
                                    usd(price.getUncachedInput()),
                                    usd(price.getOutput()),
                                    price.getFromInputTokens()))
                    .collect(Collectors.joining("; ")));
  }

  private static String usd(long picoPerToken) {
    return java.math.BigDecimal.valueOf(picoPerToken, 6).stripTrailingZeros().toPlainString();
  }
}
