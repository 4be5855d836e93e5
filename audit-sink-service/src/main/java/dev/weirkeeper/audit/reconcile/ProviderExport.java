package dev.weirkeeper.audit.reconcile;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a provider says was used and charged. Read from the JSON its reporting APIs answer with:
 *
 * <ul>
 *   <li>Anthropic, {@code /v1/organizations/usage_report/messages}, grouped by model and perhaps by
 *       API key: tokens by class, disjoint; and {@code /v1/organizations/cost_report}, grouped by
 *       description: amounts in cents as decimal text.
 *   <li>OpenAI, {@code /v1/organization/usage/completions}, grouped likewise: input that includes
 *       what was read from or written to a cache; and {@code /v1/organization/costs}, grouped by
 *       line item: amounts in dollars.
 * </ul>
 *
 * <p>Buckets must be days or shorter. Several pages may be given as several files.
 *
 * @param usage tokens
 * @param costs money
 */
public record ProviderExport(List<Usage> usage, List<Cost> costs) {

  /** Classes in which tokens are counted. */
  public enum TokenClass {
    UNCACHED_INPUT,
    CACHE_WRITE_5M,
    CACHE_WRITE_1H,
    CACHE_READ,
    OUTPUT
  }

  /**
   * Tokens of one day, model and key.
   *
   * @param key the provider's id of the API key; empty: the export does not tell
   */
  public record Usage(LocalDate day, String model, String key, Map<TokenClass, Long> tokens) {}

  /**
   * Money of one day.
   *
   * @param model empty: the export does not tell, or it is for something else than a model
   * @param what what it is for, as the provider says
   * @param nanoUsd billionths of a US dollar, rounded half up
   */
  public record Cost(LocalDate day, String model, String what, long nanoUsd) {}

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();
  private static final BigDecimal NANO_PER_CENT = BigDecimal.valueOf(10_000_000);
  private static final BigDecimal NANO_PER_USD = BigDecimal.valueOf(1_000_000_000);

  /** What two exports say together. */
  public ProviderExport and(ProviderExport more) {
    List<Usage> allUsage = new ArrayList<>(usage);
    allUsage.addAll(more.usage);
    List<Cost> allCosts = new ArrayList<>(costs);
    allCosts.addAll(more.costs);
    return new ProviderExport(allUsage, allCosts);
  }

  /** The same without usage of other keys than these; costs do not tell their key. */
  public ProviderExport ofKeys(Set<String> keys) {
    return new ProviderExport(
        usage.stream().filter(one -> one.key().isEmpty() || keys.contains(one.key())).toList(),
        costs);
  }

  /**
   * Reads an export of any of the four kinds.
   *
   * @param origin its name, for messages
   * @throws IllegalArgumentException saying what is wrong and what is expected
   */
  public static ProviderExport read(String json, String origin) {
    JsonNode page;
    try {
      page = JSON.readTree(json);
    } catch (JacksonException e) {
      throw new IllegalArgumentException(origin + " is no JSON: " + e.getOriginalMessage(), e);
    }
    if (!page.path("data").isArray()) {
      throw new IllegalArgumentException(
          origin
              + " has no list \"data\": expected is what a provider's usage or cost report API"
              + " answers");
    }
    ProviderExport export = new ProviderExport(new ArrayList<>(), new ArrayList<>());
    for (JsonNode bucket : page.path("data")) {
      LocalDate day = day(bucket, origin);
      for (JsonNode result : bucket.path("results")) {
        export.take(day, result, origin);
      }
    }
    return export;
  }

  private void take(LocalDate day, JsonNode result, String origin) {
    if (result.has("uncached_input_tokens")) {
      usage.add(anthropicUsage(day, result));
    } else if (result.path("amount").isString() || result.path("amount").isNumber()) {
      costs.add(
          new Cost(
              day,
              text(result, "model"),
              text(result, "description").isEmpty()
                  ? text(result, "token_type")
                  : text(result, "description"),
              nano(result.path("amount").asString(), NANO_PER_CENT, result, origin)));
    } else if (result.has("input_tokens")) {
      usage.add(openAiUsage(day, result));
    } else if (result.path("amount").isObject()) {
      String item = text(result, "line_item");
      costs.add(
          new Cost(
              day,
              item.contains(",") ? item.substring(0, item.indexOf(',')).strip() : "",
              item,
              nano(result.path("amount").path("value").asString(), NANO_PER_USD, result, origin)));
    } else {
      throw new IllegalArgumentException(
          origin + " has a result of a kind nobody here knows: " + shortened(result));
    }
  }

  private static Usage anthropicUsage(LocalDate day, JsonNode result) {
    JsonNode written = result.path("cache_creation");
    Map<TokenClass, Long> tokens = new EnumMap<>(TokenClass.class);
    tokens.put(TokenClass.UNCACHED_INPUT, result.path("uncached_input_tokens").asLong(0));
    tokens.put(TokenClass.CACHE_WRITE_5M, written.path("ephemeral_5m_input_tokens").asLong(0));
    tokens.put(TokenClass.CACHE_WRITE_1H, written.path("ephemeral_1h_input_tokens").asLong(0));
    tokens.put(TokenClass.CACHE_READ, result.path("cache_read_input_tokens").asLong(0));
    tokens.put(TokenClass.OUTPUT, result.path("output_tokens").asLong(0));
    return new Usage(day, text(result, "model"), text(result, "api_key_id"), tokens);
  }

  private static Usage openAiUsage(LocalDate day, JsonNode result) {
    long read = result.path("input_cached_tokens").asLong(0);
    long written = result.path("input_cache_write_tokens").asLong(0);
    Map<TokenClass, Long> tokens = new EnumMap<>(TokenClass.class);
    tokens.put(TokenClass.UNCACHED_INPUT, result.path("input_tokens").asLong(0) - read - written);
    tokens.put(TokenClass.CACHE_WRITE_5M, written);
    tokens.put(TokenClass.CACHE_WRITE_1H, 0L);
    tokens.put(TokenClass.CACHE_READ, read);
    tokens.put(TokenClass.OUTPUT, result.path("output_tokens").asLong(0));
    return new Usage(day, text(result, "model"), text(result, "api_key_id"), tokens);
  }

  private static LocalDate day(JsonNode bucket, String origin) {
    try {
      Instant from = instant(bucket, "starting_at", "start_time");
      Instant to = instant(bucket, "ending_at", "end_time");
      LocalDate day = LocalDate.ofInstant(from, ZoneOffset.UTC);
      if (to.isAfter(day.plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant())) {
        throw new IllegalArgumentException(
            "%s has a bucket from %s to %s: ask for buckets of a day (bucket_width=1d) or shorter"
                .formatted(origin, from, to));
      }
      return day;
    } catch (DateTimeException | NullPointerException e) {
      throw new IllegalArgumentException(
          origin + " has a bucket without a time: " + shortened(bucket), e);
    }
  }

  private static Instant instant(JsonNode bucket, String text, String seconds) {
    JsonNode unix = bucket.path(seconds);
    return unix.isIntegralNumber()
        ? Instant.ofEpochSecond(unix.longValue())
        : Instant.parse(bucket.path(text).asString(""));
  }

  private static long nano(String amount, BigDecimal unit, JsonNode result, String origin) {
    String currency =
        Optional.of(result.path("currency").asString(""))
            .filter(c -> !c.isEmpty())
            .orElse(result.path("amount").path("currency").asString("usd"));
    try {
      if (currency.equalsIgnoreCase("usd")) {
        return new BigDecimal(amount)
            .multiply(unit)
            .setScale(0, RoundingMode.HALF_UP)
            .longValueExact();
      }
    } catch (ArithmeticException | NumberFormatException e) {
      throw new IllegalArgumentException(
          origin + " has an amount that is none: " + shortened(result), e);
    }
    throw new IllegalArgumentException(
        origin + " has an amount in " + currency + "; the ledger is in US dollars");
  }

  private static String text(JsonNode node, String field) {
    return node.path(field).asString("");
  }

  private static String shortened(JsonNode node) {
    String text = node.toString();
    return text.length() <= 200 ? text : text.substring(0, 200) + "…";
  }
}
