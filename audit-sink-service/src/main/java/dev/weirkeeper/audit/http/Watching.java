package dev.weirkeeper.audit.http;

import static dev.weirkeeper.audit.http.Route.get;

import dev.weirkeeper.audit.access.Right;
import dev.weirkeeper.audit.access.Tokens;
import dev.weirkeeper.audit.http.Problem.Kind;
import dev.weirkeeper.audit.http.Route.Answer;
import dev.weirkeeper.audit.live.Happening;
import dev.weirkeeper.audit.live.LiveFeed;
import dev.weirkeeper.audit.live.Watcher;
import dev.weirkeeper.audit.live.Watcher.Batch;
import dev.weirkeeper.audit.query.Sessions;
import dev.weirkeeper.audit.query.Sessions.Owner;
import dev.weirkeeper.audit.query.Store;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The routes that go on telling: server-sent events, as the HTML standard has them.
 *
 * <p>A stream begins with {@code hello}. Each batch of happenings ends with an id, which a reader
 * that comes back shows in {@code Last-Event-ID}; what it may have seen twice it knows by its
 * position. {@code missed} says that more happened than can be told. A comment comes when nothing
 * else does, so that both sides notice when the other is gone.
 */
final class Watching {

  private static final Logger log = LoggerFactory.getLogger(Watching.class);

  private static final Duration HEARTBEAT = Duration.ofSeconds(10);
  private static final int MOST_OF_ONE_TOKEN = 20;

  private final LiveFeed feed;
  private final Sessions sessions;
  private final Tokens tokens;
  private final Map<String, Integer> open = new ConcurrentHashMap<>();

  Watching(LiveFeed feed, Store store, Tokens tokens) {
    this.feed = feed;
    this.sessions = new Sessions(store);
    this.tokens = tokens;
  }

  List<Route> routes() {
    return List.of(
        get("/api/v1/live", Right.VIEW, request -> watch(request, Optional.empty())),
        get(
            "/api/v1/sessions/{session_id}/live",
            Right.VIEW,
            request -> {
              String id = request.path("session_id");
              if (sessions.owner(id, request.tenants()) != Owner.THESE) {
                throw Problem.notFound("session", id);
              }
              return watch(request, Optional.of(id));
            }));
  }

  private Answer watch(Request request, Optional<String> session) throws InterruptedException {
    request.only();
    String name = request.token().name();
    if (open.merge(name, 1, Integer::sum) > MOST_OF_ONE_TOKEN) {
      open.merge(name, -1, Integer::sum);
      throw new Problem(
          Kind.TOO_MANY,
          "%s watches with %d streams already: close one".formatted(name, MOST_OF_ONE_TOKEN));
    }
    Optional<String> since = Optional.ofNullable(request.context().header("Last-Event-ID"));
    try (Watcher watcher = feed.watch(request.tenants(), session, since)) {
      tell(request, watcher);
    } catch (RejectedExecutionException e) {
      throw new Problem(Kind.TOO_MANY, e.getMessage() + ": try again later");
    } catch (SQLException e) {
      throw new Problem(Kind.UNAVAILABLE, "the audit store is away: try again later");
    } catch (IOException e) {
      log.debug("{} stopped watching: {}", name, e.toString());
    } finally {
      open.merge(name, -1, Integer::sum);
    }
    return Answer.WRITTEN;
  }

  private void tell(Request request, Watcher watcher) throws IOException, InterruptedException {
    HttpServletResponse response = request.context().res();
    response.setStatus(200);
    response.setContentType("text/event-stream");
    response.setCharacterEncoding("utf-8");
    response.setHeader("Cache-Control", "no-store");
    response.setHeader("X-Accel-Buffering", "no");
    OutputStream out = response.getOutputStream();
    write(out, "retry: 2000\nevent: hello\ndata: {}\n\n");
    while (!watcher.dropped() && tokens.holds(request.token())) {
      Optional<Batch> batch = watcher.next(HEARTBEAT);
      write(out, batch.map(Watching::text).orElse(": still here\n\n"));
    }
  }

  private static String text(Batch batch) {
    StringBuilder text = new StringBuilder();
    if (batch.missed()) {
      text.append("event: missed\ndata: {}\n\n");
    }
    for (Happening happening : batch.happenings()) {
      text.append("event: ")
          .append(happening.kind())
          .append("\ndata: ")
          .append(Json.text(happening))
          .append("\n\n");
    }
    batch
        .mark()
        .ifPresent(mark -> text.append("event: mark\nid: ").append(mark).append("\ndata: {}\n\n"));
    return text.toString();
  }

  private static void write(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.UTF_8));
    out.flush();
  }
}
