package dev.weirkeeper.audit.http;

import dev.weirkeeper.audit.access.Tokens;
import dev.weirkeeper.audit.http.Problem.Kind;
import dev.weirkeeper.audit.http.Route.Answer;
import dev.weirkeeper.audit.live.LiveFeed;
import dev.weirkeeper.audit.order.OrderFailedException;
import dev.weirkeeper.audit.order.Orders;
import dev.weirkeeper.audit.query.BadQuestionException;
import dev.weirkeeper.audit.query.Store;
import dev.weirkeeper.audit.query.StoreAwayException;
import dev.weirkeeper.audit.store.Database;
import dev.weirkeeper.audit.store.PostgresConfig;
import dev.weirkeeper.operations.config.Connection;
import dev.weirkeeper.schemas.topic.Topics;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.http.HttpResponseException;
import io.javalin.http.HttpStatus;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jetty.http.UriCompliance;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the API and the console from {@link #start} until {@link #close}. Each request runs on a
 * virtual thread. It answers as soon as it is started: while the store is still away, with a
 * problem that says so.
 */
public final class ConsoleServer implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(ConsoleServer.class);

  private static final long LARGEST_REQUEST = 1 << 20;

  private static final String CONTENT_POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'"
          + " data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private final Database database;
  private final Orders orders;
  private final LiveFeed feed;
  private final Gate gate;
  private final Pages pages = new Pages();
  private final List<Route> routes;
  private final MeterRegistry metrics;
  private final Javalin http;
  private final String host;

  private ConsoleServer(
      ConsoleConfig config,
      PostgresConfig postgres,
      Connection kafka,
      MeterRegistry metrics,
      InstantSource clock) {
    Tokens tokens = Tokens.open(config.tokens(), config.tokensFile(), clock);
    this.host = config.host();
    this.metrics = metrics;
    this.gate = new Gate(tokens, config.publicUrl());
    this.database =
        Database.reading(
            new PostgresConfig(
                postgres.url(),
                postgres.user(),
                postgres.password(),
                postgres.schema(),
                config.connections()),
            config.questionLimit());
    this.orders = new Orders(kafka, config.key());
    this.feed = new LiveFeed(database, new Topics(kafka.topicPrefix()));
    Store store = new Store(database);
    List<Route> all = new ArrayList<>();
    all.addAll(
        new Reading(
                store, tokens, clock, new Reading.Abilities(orders.signs(), config.selfApproval()))
            .routes());
    all.addAll(new Ordering(orders, store, config.selfApproval(), clock).routes());
    all.addAll(new Watching(feed, store, tokens).routes());
    this.routes = List.copyOf(all);
    this.http = Javalin.create(this::configure);
  }

  /**
   * Starts serving.
   *
   * @param postgres the store to ask
   * @param kafka where orders go
   * @throws UncheckedIOException if the address can't be bound; the message says what to do
   * @throws IllegalArgumentException if a token can't be read
   */
  public static ConsoleServer start(
      ConsoleConfig config,
      PostgresConfig postgres,
      Connection kafka,
      MeterRegistry metrics,
      InstantSource clock) {
    ConsoleServer server = new ConsoleServer(config, postgres, kafka, metrics, clock);
    try {
      server.http.start(config.host(), config.port());
    } catch (RuntimeException e) {
      server.close();
      throw new UncheckedIOException(
          "cannot serve the console on %s:%d (%s): stop what uses the port or set console.port to another one, 0 for any free one"
              .formatted(config.host(), config.port(), e.getMessage()),
          new IOException(e));
    }
    log.info("API and console on {}", server.url());
    return server;
  }

  /** Where it is served. */
  public String url() {
    return "http://%s:%d"
        .formatted(
            host.equals("0.0.0.0") ? "127.0.0.1" : host.contains(":") ? "[" + host + "]" : host,
            port());
  }

  /** The port it listens on. */
  public int port() {
    return http.port();
  }

  /** Everything that can be asked for. */
  List<Route> routes() {
    return routes;
  }

  private void configure(JavalinConfig config) {
    config.startup.showJavalinBanner = false;
    config.startup.showOldJavalinVersionWarning = false;
    config.startup.startupWatcherEnabled = false;
    config.concurrency.useVirtualThreads = true;
    config.http.maxRequestSize = LARGEST_REQUEST;
    config.http.prefer405over404 = true;
    config.http.defaultContentType = "application/json";
    // With a slash the console's files are found beside it, without one they are not.
    config.router.ignoreTrailingSlashes = false;
    config.jetty.modifyHttpConfiguration(
        jetty -> {
          jetty.setSendServerVersion(false);
          // Ids of sessions and calls may hold slashes, which come encoded.
          jetty.setUriCompliance(
              UriCompliance.DEFAULT.with(
                  "ids with slashes",
                  UriCompliance.Violation.AMBIGUOUS_PATH_SEPARATOR,
                  UriCompliance.Violation.AMBIGUOUS_PATH_ENCODING));
        });
    config.jetty.modifyServletContextHandler(
        context -> context.getServletHandler().setDecodeAmbiguousURIs(true));
    config.jetty.modifyServer(server -> server.setStopTimeout(2_000));
    config.routes.before(ConsoleServer::headers);
    for (Route route : routes) {
      config.routes.addHttpHandler(
          HandlerType.findOrCreate(route.method()),
          route.path(),
          context -> answer(context, route));
    }
    config.routes.get("/api/openapi.yaml", ConsoleServer::document);
    config.routes.get("/", context -> context.redirect("/console/", HttpStatus.FOUND));
    config.routes.get("/console", context -> context.redirect("/console/", HttpStatus.FOUND));
    config.routes.get("/console/", context -> pages.answer(context, "index.html"));
    config.routes.get(
        "/console/<file>", context -> pages.answer(context, context.pathParam("file")));
    config.routes.exception(Problem.class, ConsoleServer::write);
    config.routes.exception(
        BadQuestionException.class,
        (e, context) ->
            write(
                Problem.badRequest(String.valueOf(e.getMessage())).with("parameter", e.parameter()),
                context));
    config.routes.exception(
        StoreAwayException.class,
        (e, context) -> {
          log.warn("the store does not answer: {}", e.getMessage());
          context.header("Retry-After", "1");
          write(
              new Problem(
                  e.tooLong() ? Kind.TOO_LONG : Kind.UNAVAILABLE,
                  e.tooLong()
                      ? String.valueOf(e.getMessage())
                      : "the audit store does not answer: try again later; /health/ready of the"
                          + " audit sink says what it waits for"),
              context);
        });
    config.routes.exception(
        OrderFailedException.class,
        (e, context) -> {
          log.warn("an order did not become safe", e);
          context.header("Retry-After", "1");
          write(
              new Problem(
                  Kind.UNAVAILABLE,
                  "Kafka or the schema registry did not confirm in time (%s): look whether it took effect before you repeat it; a task is safe to repeat with the same task_id and session_id"
                      .formatted(e.getMessage())),
              context);
        });
    config.routes.exception(HttpResponseException.class, ConsoleServer::refused);
    config.routes.exception(
        Exception.class,
        (e, context) -> {
          log.error("{} {} failed", context.method().name(), context.path(), e);
          write(
              new Problem(
                  Kind.INTERNAL, "please report it with the log of the audit sink at this time"),
              context);
        });
    config.routes.error(
        404,
        context -> {
          if (context.resultInputStream() == null
              || !String.valueOf(context.res().getContentType()).contains("problem")) {
            write(
                new Problem(
                    Kind.NOT_FOUND,
                    "there is no path %s: /api/openapi.yaml lists all".formatted(context.path())),
                context);
          }
        });
  }

  private void answer(Context context, Route route) throws Exception {
    Timer.Sample sample = Timer.start(metrics);
    String outcome = "error";
    try {
      Answer answer = route.answering().answer(new Request(context, gate.admit(context, route)));
      outcome = "ok";
      if (!answer.written()) {
        context.status(answer.status());
        context.contentType("application/json");
        context.result(Json.bytes(answer.body()));
      }
    } catch (Problem e) {
      outcome = Integer.toString(e.kind().status());
      throw e;
    } finally {
      sample.stop(
          Timer.builder("weirkeeper.api.requests")
              .description("time to answer requests of the API; streams: how long they were open")
              .tag("route", route.method() + " " + route.path())
              .tag("outcome", outcome)
              .register(metrics));
    }
  }

  private static void headers(Context context) {
    context.header("Content-Security-Policy", CONTENT_POLICY);
    context.header("X-Content-Type-Options", "nosniff");
    context.header("Referrer-Policy", "no-referrer");
    context.header("Cross-Origin-Opener-Policy", "same-origin");
    context.header("Cross-Origin-Resource-Policy", "same-origin");
    context.header("Permissions-Policy", "camera=(), geolocation=(), microphone=()");
    context.header("Cache-Control", "no-store");
  }

  private static void document(Context context) throws IOException {
    try (InputStream document = ConsoleServer.class.getResourceAsStream("openapi.yaml")) {
      if (document == null) {
        throw new IllegalStateException("openapi.yaml is missing beside " + ConsoleServer.class);
      }
      context.contentType("application/yaml; charset=utf-8");
      context.result(document.readAllBytes());
    }
  }

  /** What the server refuses before a route has seen it. */
  private static void refused(HttpResponseException e, Context context) {
    Kind kind =
        switch (e.getStatus()) {
          case 404 -> Kind.NOT_FOUND;
          case 405 -> Kind.METHOD_NOT_ALLOWED;
          case 413 -> Kind.TOO_LARGE;
          case 415 -> Kind.UNSUPPORTED;
          default -> e.getStatus() < 500 ? Kind.BAD_REQUEST : Kind.INTERNAL;
        };
    write(
        switch (kind) {
          case NOT_FOUND ->
              new Problem(
                  kind,
                  "there is no path %s: /api/openapi.yaml lists all".formatted(context.path()));
          case METHOD_NOT_ALLOWED ->
              new Problem(
                  kind,
                  "%s is no method of this path: /api/openapi.yaml lists all"
                      .formatted(context.method().name()));
          case TOO_LARGE ->
              new Problem(kind, "the body may have %d bytes at most".formatted(LARGEST_REQUEST));
          default -> new Problem(kind, String.valueOf(e.getMessage()));
        },
        context);
  }

  private static void write(Problem problem, Context context) {
    context.status(problem.kind().status());
    if (problem.kind() == Kind.UNAUTHENTICATED) {
      context.header("WWW-Authenticate", "Bearer");
    }
    context.contentType("application/problem+json");
    context.result(Json.bytes(problem.document(context.path())));
  }

  /** Ends streams, lets requests finish, lets go of store and broker. */
  @Override
  public void close() {
    feed.close();
    try {
      http.stop();
    } catch (RuntimeException e) {
      log.warn("some requests did not end in time: {}", e.getMessage());
    }
    orders.close();
    database.close();
  }
}
