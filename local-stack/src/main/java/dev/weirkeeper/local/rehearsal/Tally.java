package dev.weirkeeper.local.rehearsal;

import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A model server's own count of what it was asked and would have charged. Thread-safe. */
final class Tally {

  private long requests;
  private long answered;
  private long refused;
  private long brokenOff;
  private final Map<String, TokenClasses> byModel = new TreeMap<>();

  /** A request came. */
  synchronized void asked() {
    requests++;
  }

  /** It was answered with an error, which is not charged. */
  synchronized void refused() {
    refused++;
  }

  /** It was answered and is charged, whether or not the caller read all of it. */
  synchronized void charged(String model, TokenClasses tokens, boolean complete) {
    if (complete) {
      answered++;
    } else {
      brokenOff++;
    }
    byModel.merge(
        model,
        tokens,
        (one, other) ->
            new TokenClasses(
                one.input() + other.input(),
                one.cacheWrite5m() + other.cacheWrite5m(),
                one.cacheWrite1h() + other.cacheWrite1h(),
                one.cacheRead() + other.cacheRead(),
                one.output() + other.output()));
  }

  synchronized RehearsalUsage usage() {
    TokenClasses sum = new TokenClasses(0, 0, 0, 0, 0);
    for (TokenClasses tokens : byModel.values()) {
      sum =
          new TokenClasses(
              sum.input() + tokens.input(),
              sum.cacheWrite5m() + tokens.cacheWrite5m(),
              sum.cacheWrite1h() + tokens.cacheWrite1h(),
              sum.cacheRead() + tokens.cacheRead(),
              sum.output() + tokens.output());
    }
    return new RehearsalUsage(
        requests,
        answered,
        brokenOff,
        refused,
        sum.input(),
        sum.cacheWrite5m(),
        sum.cacheWrite1h(),
        sum.cacheRead(),
        sum.output());
  }

  /** What {@code GET /rehearsal/usage} answers. */
  synchronized String json() {
    ObjectNode json = count(usage());
    ObjectNode models = json.putObject("models");
    byModel.forEach((model, tokens) -> fields(models.putObject(model), tokens));
    return json.toString();
  }

  /** The same of a server that does not count by model. */
  static String json(RehearsalUsage usage) {
    return count(usage).toString();
  }

  private static ObjectNode count(RehearsalUsage all) {
    ObjectNode json = JsonMapper.shared().createObjectNode();
    json.put("requests", all.requests());
    json.put("answered", all.answered());
    json.put("broken_off", all.brokenOff());
    json.put("refused", all.refused());
    fields(
        json.putObject("usage"),
        new TokenClasses(
            all.uncachedInput(),
            all.cacheWrite5m(),
            all.cacheWrite1h(),
            all.cacheRead(),
            all.output()));
    return json;
  }

  private static void fields(ObjectNode json, TokenClasses tokens) {
    json.put("uncached_input", tokens.input());
    json.put("cache_write_5m", tokens.cacheWrite5m());
    json.put("cache_write_1h", tokens.cacheWrite1h());
    json.put("cache_read", tokens.cacheRead());
    json.put("output", tokens.output());
  }
}
