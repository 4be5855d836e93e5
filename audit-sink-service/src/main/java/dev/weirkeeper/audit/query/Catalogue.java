package dev.weirkeeper.audit.query;

import dev.weirkeeper.audit.access.Tenants;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Questions about agents, tools, and how things stand now. */
public final class Catalogue {

  /** What an agent is told belongs to nobody's tenant and is shown to those who see them all. */
  private static final List<String> INSIDE =
      List.of("system_prompt", "request_options", "pipeline");

  private final Store store;

  public Catalogue(Store store) {
    this.store = store;
  }

  /**
   * The newest version of something that was published.
   *
   * @param definition the record as it was published
   */
  public record Published(
      String name, String version, Instant at, @Nullable JsonNode definition, Position position) {

    private static Published of(Row row) throws SQLException {
      return new Published(
          row.required("name"),
          row.required("version"),
          row.requiredTime("at"),
          row.json("payload"),
          row.position());
    }
  }

  /** Agents by name. */
  public List<Published> agents(Tenants tenants) {
    List<Published> all = newest("agent");
    if (!tenants.all()) {
      all.forEach(
          agent -> {
            if (agent.definition() instanceof ObjectNode definition) {
              definition.remove(INSIDE);
            }
          });
    }
    return all;
  }

  /** Tools by name. */
  public List<Published> tools() {
    return newest("tool");
  }

  private List<Published> newest(String kind) {
    return store.read(
        asked ->
            asked.list(
                new Select().bind("kind", kind),
                """
                SELECT * FROM (
                  SELECT DISTINCT ON (name) * FROM definition WHERE kind = :kind
                  ORDER BY name, record_offset DESC) x
                WHERE payload IS NOT NULL ORDER BY name LIMIT 1000
                """,
                Published::of));
  }

  /**
   * How things stand now.
   *
   * @param sessions how many sessions there are of each status that is no end
   * @param approvals how many calls wait for a person
   * @param today settled since midnight UTC
   * @param alerts of the last 24 hours
   */
  public record Overview(
      Map<String, Long> sessions, long approvals, Money today, long alerts, Instant at) {}

  /** How things stand now. */
  public Overview overview(Tenants tenants, Instant now) {
    Select select = new Select();
    String andTenants = "";
    if (!tenants.all()) {
      select.bind("tenants", tenants.names());
      andTenants = " AND tenant = ANY(:tenants)";
    }
    String and = andTenants;
    return store.snapshot(
        asked -> {
          Map<String, Long> sessions = new TreeMap<>();
          asked
              .list(
                  select,
                  "SELECT status, count(*) AS sessions FROM session"
                      + " WHERE status IN ('submitted', 'running', 'paused')"
                      + and
                      + " GROUP BY status",
                  row -> Map.entry(row.required("status"), row.number("sessions", 0)))
              .forEach(entry -> sessions.put(entry.getKey(), entry.getValue()));
          long today =
              asked
                  .list(
                      select,
                      "SELECT coalesce(sum(settled_nano_usd), 0)::bigint AS settled FROM cost_hour"
                          + " WHERE hour >= date_trunc('day', now())"
                          + and,
                      row -> row.number("settled", 0))
                  .getFirst();
          long alerts =
              asked
                  .list(
                      select,
                      "SELECT count(*) AS alerts FROM alert WHERE at >= now() - interval '24 hours'"
                          + and,
                      row -> row.number("alerts", 0))
                  .getFirst();
          return new Overview(
              sessions, Approvals.open(asked, tenants), Money.of(today), alerts, now);
        });
  }
}
