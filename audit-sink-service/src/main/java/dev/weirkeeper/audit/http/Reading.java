package dev.weirkeeper.audit.http;

import static dev.weirkeeper.audit.http.Route.get;

import dev.weirkeeper.audit.access.Right;
import dev.weirkeeper.audit.access.Role;
import dev.weirkeeper.audit.access.Token;
import dev.weirkeeper.audit.access.Tokens;
import dev.weirkeeper.audit.http.Route.Answer;
import dev.weirkeeper.audit.query.Approvals;
import dev.weirkeeper.audit.query.BadQuestionException;
import dev.weirkeeper.audit.query.Calls;
import dev.weirkeeper.audit.query.Catalogue;
import dev.weirkeeper.audit.query.Incidents;
import dev.weirkeeper.audit.query.Ledger;
import dev.weirkeeper.audit.query.Ledger.Dimension;
import dev.weirkeeper.audit.query.Page;
import dev.weirkeeper.audit.query.Position;
import dev.weirkeeper.audit.query.Records;
import dev.weirkeeper.audit.query.Sessions;
import dev.weirkeeper.audit.query.Store;
import dev.weirkeeper.audit.query.Timelines;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The routes that only read. */
final class Reading {

  private static final int PAGE = 50;
  private static final int MOST = 500;
  private static final int STEPS = 2_000;
  private static final int MOST_STEPS = 10_000;
  private static final int GROUPS = 1_000;
  private static final int MOST_GROUPS = 10_000;
  private static final long MOST_NANO_USD = 1_000_000_000_000_000_000L;

  private final Sessions sessions;
  private final Timelines timelines;
  private final Calls calls;
  private final Approvals approvals;
  private final Ledger ledger;
  private final Incidents incidents;
  private final Catalogue catalogue;
  private final Records records;
  private final Tokens tokens;
  private final InstantSource clock;
  private final Abilities abilities;

  /** What the server itself can do. */
  record Abilities(boolean signsDecisions, boolean selfApproval) {}

  Reading(Store store, Tokens tokens, InstantSource clock, Abilities abilities) {
    this.sessions = new Sessions(store);
    this.timelines = new Timelines(store);
    this.calls = new Calls(store);
    this.approvals = new Approvals(store);
    this.ledger = new Ledger(store);
    this.incidents = new Incidents(store);
    this.catalogue = new Catalogue(store);
    this.records = new Records(store);
    this.tokens = tokens;
    this.clock = clock;
    this.abilities = abilities;
  }

  List<Route> routes() {
    return List.of(
        get("/api/v1/me", Right.VIEW, this::me),
        get("/api/v1/overview", Right.VIEW, this::overview),
        get("/api/v1/sessions", Right.VIEW, this::sessions),
        get("/api/v1/sessions/{session_id}", Right.VIEW, this::session),
        get("/api/v1/sessions/{session_id}/timeline", Right.VIEW, this::timeline),
        get("/api/v1/sessions/{session_id}/events", Right.VIEW, this::events),
        get("/api/v1/sessions/{session_id}/ledger", Right.VIEW, this::lines),
        get("/api/v1/model-calls", Right.VIEW, this::modelCalls),
        get("/api/v1/model-calls/<call_id>", Right.VIEW, this::modelCall),
        get("/api/v1/tool-calls", Right.VIEW, this::toolCalls),
        get("/api/v1/tool-calls/<call_id>", Right.VIEW, this::toolCall),
        get("/api/v1/approvals", Right.VIEW, this::approvals),
        get("/api/v1/approvals/<call_id>", Right.VIEW, this::approval),
        get("/api/v1/ledger", Right.VIEW, this::ledger),
        get("/api/v1/ledger/unsettled", Right.VIEW, this::unsettled),
        get("/api/v1/budgets", Right.VIEW, this::budgets),
        get("/api/v1/alerts", Right.VIEW, this::alerts),
        get("/api/v1/dead-letters", Right.VIEW, this::deadLetters),
        get("/api/v1/agents", Right.VIEW, this::agents),
        get("/api/v1/tools", Right.VIEW, this::tools),
        get("/api/v1/records/{topic}/{partition}/{offset}", Right.VIEW, this::record),
        get("/api/v1/tokens", Right.ADMINISTER, this::tokens));
  }

  /** A token as it is shown: never its hash. */
  record Shown(
      String name,
      List<String> roles,
      boolean allTenants,
      Set<String> tenants,
      @Nullable Instant expires) {

    static Shown of(Token token) {
      return new Shown(
          token.name(),
          token.roles().stream().sorted().map(Role::word).toList(),
          token.tenants().all(),
          token.tenants().names(),
          token.expires().orElse(null));
    }
  }

  /** Who asks, and what they may do. */
  record Me(
      String name,
      List<String> roles,
      boolean allTenants,
      Set<String> tenants,
      @Nullable Instant expires,
      List<String> rights,
      boolean signsDecisions,
      boolean selfApproval) {}

  private Answer me(Request request) {
    request.only();
    Shown shown = Shown.of(request.token());
    return Answer.ok(
        new Me(
            shown.name(),
            shown.roles(),
            shown.allTenants(),
            shown.tenants(),
            shown.expires(),
            Arrays.stream(Right.values())
                .filter(request.token()::has)
                .map(right -> right.name().toLowerCase(java.util.Locale.ROOT))
                .toList(),
            abilities.signsDecisions(),
            abilities.selfApproval()));
  }

  private Answer overview(Request request) {
    request.only();
    return Answer.ok(catalogue.overview(request.tenants(), clock.instant()));
  }

  private Answer sessions(Request request) {
    request.only(
        "status",
        "agent",
        "tenant",
        "subject",
        "parent",
        "from",
        "to",
        "min_cost_nano_usd",
        "max_cost_nano_usd",
        "q",
        "limit",
        "cursor");
    return Answer.ok(
        sessions.list(
            new Sessions.Filter(
                request.word("status", Sessions.STATUSES),
                request.text("agent"),
                request.text("tenant"),
                request.text("subject"),
                request.text("parent"),
                request.time("from"),
                request.time("to"),
                request.number("min_cost_nano_usd", 0, MOST_NANO_USD),
                request.number("max_cost_nano_usd", 0, MOST_NANO_USD),
                request.text("q")),
            request.tenants(),
            request.limit(MOST, PAGE),
            request.cursor()));
  }

  private Answer session(Request request) {
    request.only();
    String id = request.path("session_id");
    return Answer.ok(
        sessions.find(id, request.tenants()).orElseThrow(() -> Problem.notFound("session", id)));
  }

  private Answer timeline(Request request) {
    request.only("limit", "cursor");
    String id = request.path("session_id");
    return Answer.ok(
        timelines
            .steps(id, request.tenants(), request.limit(MOST_STEPS, STEPS), request.cursor())
            .orElseThrow(() -> Problem.notFound("session", id)));
  }

  private Answer events(Request request) {
    request.only("limit", "cursor");
    String id = request.path("session_id");
    return Answer.ok(
        timelines
            .events(id, request.tenants(), request.limit(MOST_STEPS, MOST), request.cursor())
            .orElseThrow(() -> Problem.notFound("session", id)));
  }

  private Answer lines(Request request) {
    request.only("limit", "cursor");
    String id = request.path("session_id");
    return Answer.ok(
        ledger
            .lines(id, request.tenants(), request.limit(MOST_STEPS, MOST), request.cursor())
            .orElseThrow(() -> Problem.notFound("session", id)));
  }

  private Answer modelCalls(Request request) {
    request.only("session_id", "task_id", "model", "outcome", "from", "to", "limit", "cursor");
    return Answer.ok(
        calls.models(
            filter(request, "model"),
            request.tenants(),
            request.limit(MOST, PAGE),
            request.cursor()));
  }

  private Answer toolCalls(Request request) {
    request.only("session_id", "task_id", "tool", "outcome", "from", "to", "limit", "cursor");
    return Answer.ok(
        calls.tools(
            filter(request, "tool"),
            request.tenants(),
            request.limit(MOST, PAGE),
            request.cursor()));
  }

  private static Calls.Filter filter(Request request, String name) {
    return new Calls.Filter(
        request.text("session_id"),
        request.text("task_id"),
        request.text(name),
        request.text("outcome"),
        request.time("from"),
        request.time("to"));
  }

  private Answer modelCall(Request request) {
    request.only();
    String id = request.path("call_id");
    return Answer.ok(
        calls.model(id, request.tenants()).orElseThrow(() -> Problem.notFound("model call", id)));
  }

  private Answer toolCall(Request request) {
    request.only();
    String id = request.path("call_id");
    return Answer.ok(
        calls.tool(id, request.tenants()).orElseThrow(() -> Problem.notFound("tool call", id)));
  }

  private Answer approvals(Request request) {
    request.only("status", "session_id", "limit", "cursor");
    return Answer.ok(
        approvals.list(
            request.word("status", Approvals.STATUSES),
            request.text("session_id"),
            request.tenants(),
            request.limit(MOST, PAGE),
            request.cursor()));
  }

  private Answer approval(Request request) {
    request.only();
    String id = request.path("call_id");
    return Answer.ok(
        approvals
            .find(id, request.tenants())
            .orElseThrow(() -> Problem.notFound("approval request for call", id)));
  }

  private Answer ledger(Request request) {
    request.only(
        "group_by",
        "bucket",
        "from",
        "to",
        "tenant",
        "agent",
        "agent_version",
        "model",
        "session_id",
        "limit");
    return Answer.ok(
        ledger.sums(
            new Ledger.Question(
                request.list("group_by").stream().map(Reading::dimension).distinct().toList(),
                request.choice("bucket", Ledger.Bucket.class).orElse(Ledger.Bucket.NONE),
                request.time("from"),
                request.time("to"),
                request.text("tenant"),
                request.text("agent"),
                request.text("agent_version"),
                request.text("model"),
                request.text("session_id")),
            request.tenants(),
            request.limit(MOST_GROUPS, GROUPS)));
  }

  private static Dimension dimension(String word) {
    return Arrays.stream(Dimension.values())
        .filter(dimension -> dimension.word().equals(word))
        .findFirst()
        .orElseThrow(
            () ->
                new BadQuestionException(
                    "group_by",
                    "has '%s': it can be %s"
                        .formatted(
                            word,
                            String.join(
                                ", ",
                                Arrays.stream(Dimension.values())
                                    .map(Dimension::word)
                                    .collect(
                                        java.util.stream.Collectors.toCollection(TreeSet::new))))));
  }

  private Answer unsettled(Request request) {
    request.only("limit", "cursor");
    return Answer.ok(
        ledger.unsettled(request.tenants(), request.limit(MOST, PAGE), request.cursor()));
  }

  private Answer budgets(Request request) {
    request.only();
    return Answer.ok(new Page<>(ledger.budgets(request.tenants()), null));
  }

  private Answer alerts(Request request) {
    request.only("kind", "session_id", "from", "to", "limit", "cursor");
    return Answer.ok(
        incidents.alerts(
            request.text("kind"),
            request.text("session_id"),
            request.time("from"),
            request.time("to"),
            request.tenants(),
            request.limit(MOST, PAGE),
            request.cursor()));
  }

  private Answer deadLetters(Request request) {
    request.only("topic", "limit", "cursor");
    if (!request.tenants().all()) {
      throw new Problem(
          Problem.Kind.FORBIDDEN,
          "dead letters belong to no tenant, so only tokens for all tenants (*) see them: ask for"
              + " one");
    }
    return Answer.ok(
        incidents.deadLetters(request.text("topic"), request.limit(MOST, PAGE), request.cursor()));
  }

  private Answer agents(Request request) {
    request.only();
    return Answer.ok(new Page<>(catalogue.agents(request.tenants()), null));
  }

  private Answer tools(Request request) {
    request.only();
    return Answer.ok(new Page<>(catalogue.tools(), null));
  }

  private Answer record(Request request) {
    request.only();
    Position position =
        new Position(
            request.path("topic"),
            (int) number(request, "partition", Integer.MAX_VALUE),
            number(request, "offset", Long.MAX_VALUE));
    return Answer.ok(
        records
            .find(position, request.tenants())
            .orElseThrow(
                () ->
                    Problem.notFound(
                        "record",
                        "%s-%d@%d"
                            .formatted(
                                position.topic(), position.partition(), position.offset()))));
  }

  private static long number(Request request, String name, long most) {
    try {
      long value = Long.parseLong(request.path(name));
      if (value >= 0 && value <= most) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw Problem.badRequest(
        "%s is '%s': a whole number of 0 or more is expected".formatted(name, request.path(name)));
  }

  private Answer tokens(Request request) {
    request.only();
    return Answer.ok(
        new Page<>(
            tokens.all().stream().sorted(Comparator.comparing(Token::name)).map(Shown::of).toList(),
            null));
  }
}
