package dev.weirkeeper.audit.query;

import dev.weirkeeper.audit.access.Tenants;
import dev.weirkeeper.audit.query.Store.Asked;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Questions about money.
 *
 * <p>Sums over time, agents, models and tenants come from the hourly roll-up and cost the same
 * however many calls there were; those by session or task are read from the calls themselves, or
 * from the totals where no time is named.
 */
public final class Ledger {

  private final Store store;

  public Ledger(Store store) {
    this.store = store;
  }

  /** What sums can be grouped by. */
  public enum Dimension {
    TENANT("tenant"),
    AGENT("agent"),
    AGENT_VERSION("agent_version"),
    MODEL("model"),
    PRICE_BOOK("price_book"),
    TOOL("tool"),
    SESSION("session_id"),
    TASK("task_id");

    private final String column;

    Dimension(String column) {
      this.column = column;
    }

    /** Its name in questions and answers. */
    public String word() {
      return column;
    }
  }

  /** Lengths of time that sums can be divided into; all begin in UTC. */
  public enum Bucket {
    NONE("", ""),
    HOUR("hour", "1 hour"),
    DAY("day", "1 day"),
    WEEK("week", "7 days"),
    MONTH("month", "1 month");

    private final String unit;
    private final String length;

    Bucket(String unit, String length) {
      this.unit = unit;
      this.length = length;
    }

    String length() {
      return length;
    }
  }

  /**
   * What is asked.
   *
   * @param groups what to group by, in order; none: one sum
   * @param from calls whose first ledger line is of that hour or later
   * @param to and before this one
   */
  public record Question(
      List<Dimension> groups,
      Bucket bucket,
      Optional<Instant> from,
      Optional<Instant> to,
      Optional<String> tenant,
      Optional<String> agent,
      Optional<String> agentVersion,
      Optional<String> model,
      Optional<String> session) {}

  /**
   * One sum.
   *
   * @param group the values that make the group, by dimension
   * @param from beginning of the bucket; absent: not divided by time
   * @param calls model calls; by tool how often the tool was asked for
   * @param failed calls that brought no reply
   */
  public record Sum(
      Map<String, String> group,
      @Nullable Instant from,
      long calls,
      long failed,
      TokenCounts usage,
      Amounts cost) {

    private static Sum of(List<Sum> parts) {
      return new Sum(
          Map.of(),
          null,
          parts.stream().mapToLong(Sum::calls).sum(),
          parts.stream().mapToLong(Sum::failed).sum(),
          TokenCounts.sum(parts.stream().map(Sum::usage).toList()),
          Amounts.sum(parts.stream().map(Sum::cost).toList()));
    }
  }

  /**
   * An answer.
   *
   * @param groups sums, in time and then by what was settled, the most first
   * @param total over all of them and those left off
   * @param truncated true if there were more groups than asked for
   */
  public record Answer(List<Sum> groups, Sum total, boolean truncated) {}

  /**
   * Sums the ledger.
   *
   * @throws BadQuestionException if these groups can't be had together
   */
  public Answer sums(Question question, Tenants tenants, int limit) {
    Source source = source(question);
    Select select =
        new Select()
            .where("x.tenant = :tenant", "tenant", question.tenant())
            .where("x.agent = :agent", "agent", question.agent())
            .where("x.agent_version = :version", "version", question.agentVersion())
            .where("x.model = :model", "model", question.model())
            .where("x.session_id = :session", "session", question.session());
    select.of(tenants, "x.tenant");
    if (source != Source.TOTALS_OF_SESSIONS && source != Source.TOTALS_OF_TASKS) {
      select
          .where("x.hour >= date_trunc('hour', :from::timestamptz)", "from", question.from())
          .where("x.hour < :to", "to", question.to());
    }
    select.bind("limit", limit + 1);
    List<String> keys = new ArrayList<>();
    Set<Dimension> dimensions = new LinkedHashSet<>(question.groups());
    if (dimensions.contains(Dimension.TASK)) {
      // A task id is unique in its session only.
      dimensions.add(Dimension.SESSION);
    }
    for (Dimension dimension : dimensions) {
      keys.add("coalesce(x.%1$s, '') AS %1$s".formatted(dimension.column));
    }
    boolean divided = question.bucket() != Bucket.NONE;
    if (divided) {
      keys.add("date_trunc('%s', x.hour) AS bucket".formatted(question.bucket().unit));
    }
    String by = String.join(", ", groupBy(keys.size()));
    String sql =
        "SELECT "
            + String.join("", keys.stream().map(key -> key + ", ").toList())
            + source.sums
            + " FROM "
            + source.from
            + " x"
            + select.clause()
            + (by.isEmpty() ? "" : " GROUP BY " + by)
            + " ORDER BY "
            + (divided ? "bucket, " : "")
            + "settled_nano_usd DESC"
            + (by.isEmpty() ? "" : ", " + by)
            + " LIMIT :limit";
    String total = "SELECT " + source.sums + " FROM " + source.from + " x" + select.clause();
    return store.snapshot(
        asked -> {
          List<Sum> sums = asked.list(select, sql, row -> sum(row, dimensions, divided));
          if (sums.size() <= limit) {
            return new Answer(sums, Sum.of(sums), false);
          }
          Sum all = asked.list(select, total, row -> sum(row, Set.of(), false)).getFirst();
          return new Answer(List.copyOf(sums.subList(0, limit)), all, true);
        });
  }

  private static List<String> groupBy(int keys) {
    List<String> numbers = new ArrayList<>();
    for (int i = 1; i <= keys; i++) {
      numbers.add(Integer.toString(i));
    }
    return numbers;
  }

  private static Sum sum(Row row, Set<Dimension> dimensions, boolean divided) throws SQLException {
    Map<String, String> group = new LinkedHashMap<>();
    for (Dimension dimension : dimensions) {
      group.put(dimension.word(), row.required(dimension.column));
    }
    return new Sum(
        group,
        divided ? row.time("bucket") : null,
        row.number("calls", 0),
        row.number("failed", 0),
        TokenCounts.of(row),
        Amounts.of(row));
  }

  /** Where sums are read from, and how. */
  private enum Source {
    ROLL_UP(
        "cost_hour",
        """
        coalesce(sum(x.calls), 0)::bigint AS calls, coalesce(sum(x.failed), 0)::bigint AS failed,
        """
            + Source.TOKENS
            + Source.MONEY),
    TOOLS(
        "cost_tool_hour",
        """
        coalesce(sum(x.asked), 0)::bigint AS calls, 0 AS failed, 0 AS uncached_input, 0 AS cache_write_5m,
        0 AS cache_write_1h, 0 AS cache_read, 0 AS output, 0 AS reasoning_output, 0 AS reserved_nano_usd,
        coalesce(sum(x.settled_nano_usd), 0)::bigint AS settled_nano_usd, 0 AS released_nano_usd,
        0 AS unsettled_nano_usd, 0 AS adjusted_nano_usd
        """),
    CALLS(
        """
        (SELECT call_id, session_id, task_id, tenant, agent, agent_version, ledger_model AS model, price_book, hour,
                outcome, uncached_input, cache_write_5m, cache_write_1h, cache_read, output, reasoning_output,
                reserved_nano_usd, settled_nano_usd, released_nano_usd, unsettled_nano_usd, adjusted_nano_usd
         FROM model_call c WHERE c.hour IS NOT NULL)\
        """,
        """
        count(*) AS calls, count(*) FILTER (WHERE x.outcome <> 'ok') AS failed,
        """
            + Source.TOKENS
            + Source.MONEY),
    TOTALS_OF_SESSIONS(
        "session",
        """
        0 AS calls, 0 AS failed, 0 AS uncached_input, 0 AS cache_write_5m, 0 AS cache_write_1h,
        0 AS cache_read, 0 AS output, 0 AS reasoning_output,
        """
            + Source.MONEY),
    TOTALS_OF_TASKS(
        "task",
        """
        coalesce(sum(x.model_calls), 0)::bigint AS calls, 0 AS failed,
        """
            + Source.TOKENS
            + Source.MONEY);

    private static final String TOKENS =
        """
        coalesce(sum(x.uncached_input), 0)::bigint AS uncached_input,
        coalesce(sum(x.cache_write_5m), 0)::bigint AS cache_write_5m,
        coalesce(sum(x.cache_write_1h), 0)::bigint AS cache_write_1h,
        coalesce(sum(x.cache_read), 0)::bigint AS cache_read,
        coalesce(sum(x.output), 0)::bigint AS output,
        coalesce(sum(x.reasoning_output), 0)::bigint AS reasoning_output,
        """;

    private static final String MONEY =
        """
        coalesce(sum(x.reserved_nano_usd), 0)::bigint AS reserved_nano_usd,
        coalesce(sum(x.settled_nano_usd), 0)::bigint AS settled_nano_usd,
        coalesce(sum(x.released_nano_usd), 0)::bigint AS released_nano_usd,
        coalesce(sum(x.unsettled_nano_usd), 0)::bigint AS unsettled_nano_usd,
        coalesce(sum(x.adjusted_nano_usd), 0)::bigint AS adjusted_nano_usd
        """;

    private final String from;
    private final String sums;

    Source(String from, String sums) {
      this.from = from;
      this.sums = sums;
    }
  }

  private static Source source(Question question) {
    Set<Dimension> groups = Set.copyOf(question.groups());
    boolean timed =
        question.bucket() != Bucket.NONE
            || question.from().isPresent()
            || question.to().isPresent();
    if (groups.contains(Dimension.TOOL)) {
      if (groups.contains(Dimension.SESSION)
          || groups.contains(Dimension.TASK)
          || groups.contains(Dimension.PRICE_BOOK)
          || question.session().isPresent()) {
        throw new BadQuestionException(
            "group_by",
            "can't have tool together with session_id, task_id or price_book: costs are shared out"
                + " over tools by tenant, agent, agent_version and model only");
      }
      return Source.TOOLS;
    }
    boolean fine =
        groups.contains(Dimension.SESSION)
            || groups.contains(Dimension.TASK)
            || question.session().isPresent();
    if (!fine) {
      return Source.ROLL_UP;
    }
    if (timed
        || groups.contains(Dimension.MODEL)
        || groups.contains(Dimension.PRICE_BOOK)
        || question.model().isPresent()) {
      return Source.CALLS;
    }
    return groups.contains(Dimension.TASK) ? Source.TOTALS_OF_TASKS : Source.TOTALS_OF_SESSIONS;
  }

  /**
   * A line of the ledger.
   *
   * @param kind {@code reserved}, {@code settled}, {@code released}, {@code unsettled} or {@code
   *     adjustment}
   * @param sequence of the event that says so; absent: an adjustment
   */
  public record Line(
      Instant at,
      String sessionId,
      String taskId,
      String callId,
      @Nullable Long sequence,
      @Nullable Integer line,
      String kind,
      Money amount,
      @Nullable String model,
      String priceBook,
      @Nullable String reason,
      @Nullable String decidedBy,
      Position position) {

    private static Line of(Row row) throws SQLException {
      return new Line(
          row.requiredTime("at"),
          row.required("session_id"),
          row.required("task_id"),
          row.required("call_id"),
          row.number("sequence"),
          row.integer("line"),
          row.required("kind"),
          row.money("amount_nano_usd"),
          row.text("model"),
          row.required("price_book"),
          row.text("reason"),
          row.text("decided_by"),
          row.position());
    }
  }

  /** The lines of a session in order; empty if there is no such session for these tenants. */
  public Optional<Page<Line>> lines(
      String session, Tenants tenants, int limit, @Nullable String cursor) {
    Cursor after = Cursor.parse(cursor, 3);
    Select select = new Select().bind("session", session).bind("limit", limit + 1);
    String rest = "";
    if (after != null) {
      rest = " WHERE (x.place, x.sequence_or_offset, x.line_or_none) > (:place, :number, :line)";
      select
          .bind("place", after.number(0))
          .bind("number", after.number(1))
          .bind("line", after.number(2));
    }
    String sql =
        """
        SELECT * FROM (
          SELECT 0 AS place, sequence AS sequence_or_offset, line AS line_or_none, at, session_id, task_id,
                 call_id, sequence, line, kind::text, amount_nano_usd, nullif(model, '') AS model,
                 price_book, NULL AS reason, NULL AS decided_by, topic_id, partition, record_offset
          FROM ledger_entry WHERE session_id = :session
          UNION ALL
          SELECT 1, record_offset, 0, at, session_id, task_id, call_id, NULL, NULL, 'adjustment',
                 amount_nano_usd, NULL, price_book, reason, decided_by, topic_id, partition, record_offset
          FROM ledger_adjustment WHERE session_id = :session) x
        """
            + rest
            + " ORDER BY x.place, x.sequence_or_offset, x.line_or_none LIMIT :limit";
    return store.snapshot(
        asked ->
            Sessions.session(asked, session, tenants)
                .map(
                    found ->
                        Page.of(
                            asked.list(select, sql, Line::of),
                            limit,
                            line ->
                                line.sequence() == null
                                    ? Cursor.at(1, line.position().offset(), 0)
                                    : Cursor.at(0, line.sequence(), nothingIsZero(line.line())))));
  }

  private static int nothingIsZero(@Nullable Integer number) {
    return number == null ? 0 : number;
  }

  /** A call whose reply was lost: up to the amount may have been charged. */
  public record Unsettled(
      String callId,
      String sessionId,
      String taskId,
      String tenant,
      String agent,
      String agentVersion,
      String model,
      Instant hour,
      Money amount) {}

  /** Calls whose reply was lost, the newest first. */
  public Page<Unsettled> unsettled(Tenants tenants, int limit, @Nullable String cursor) {
    Select select = new Select().where("x.unsettled_nano_usd <> 0").bind("limit", limit + 1);
    select.of(tenants, "x.tenant");
    select.after(Cursor.parse(cursor, 2), "x.hour", "x.call_id");
    return store.read(
        asked ->
            Page.of(
                asked.list(
                    select,
                    "SELECT x.* FROM ledger_unsettled x"
                        + select.clause()
                        + " ORDER BY x.hour DESC, x.call_id DESC LIMIT :limit",
                    row ->
                        new Unsettled(
                            row.required("call_id"),
                            row.required("session_id"),
                            row.required("task_id"),
                            row.required("tenant"),
                            row.required("agent"),
                            row.required("agent_version"),
                            row.required("model"),
                            row.requiredTime("hour"),
                            row.money("unsettled_nano_usd"))),
                limit,
                one -> Cursor.at(one.hour(), one.callId())));
  }

  /**
   * A tenant's budget of the day.
   *
   * @param limit a hard limit for each UTC day; absent: none
   * @param spent of today: settled and what lost calls may have cost
   * @param reserved of today, neither settled nor released yet
   */
  public record Budget(
      String tenant, @Nullable Money limit, boolean frozen, Money spent, Money reserved) {}

  /** The budgets of today. */
  public List<Budget> budgets(Tenants tenants) {
    return store.read(asked -> budgets(asked, tenants));
  }

  private static List<Budget> budgets(Asked asked, Tenants tenants) {
    Select select = new Select();
    select.of(tenants, "coalesce(d.name, c.tenant)");
    return asked.list(
        select,
        """
        SELECT coalesce(d.name, c.tenant) AS tenant,
               (d.payload ->> 'max_cost_per_day_nano_usd')::bigint AS limit_nano_usd,
               coalesce((d.payload ->> 'frozen')::boolean, false) AS frozen,
               coalesce(c.spent, 0) AS spent, coalesce(c.reserved, 0) AS reserved
        FROM (SELECT DISTINCT ON (name) name, payload FROM definition WHERE kind = 'tenant'
              ORDER BY name, record_offset DESC) d
        FULL JOIN (
          SELECT tenant, sum(settled_nano_usd + unsettled_nano_usd)::bigint AS spent,
                 sum(reserved_nano_usd - settled_nano_usd - released_nano_usd - unsettled_nano_usd)::bigint
                   AS reserved
          FROM cost_hour WHERE hour >= date_trunc('day', now()) GROUP BY tenant) c ON c.tenant = d.name
        """
            + select.clause()
            + " ORDER BY 1 LIMIT 1000",
        row ->
            new Budget(
                row.required("tenant"),
                row.moneyOrNull("limit_nano_usd"),
                Boolean.TRUE.equals(row.flag("frozen")),
                row.money("spent"),
                row.money("reserved")));
  }
}
