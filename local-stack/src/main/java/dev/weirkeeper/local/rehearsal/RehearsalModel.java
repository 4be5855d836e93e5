package dev.weirkeeper.local.rehearsal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A stand-in for Anthropic's Messages API on the loopback address, for where there is no key.
 *
 * <p>{@code POST /v1/messages} answers whole or streamed, {@code GET /rehearsal/usage} tells what
 * was counted. Requests are checked as the provider checks them; any key is taken, or none. The
 * answers follow a {@link Scenario}. Thread-safe.
 */
public final class RehearsalModel implements AutoCloseable {

  /** The model to ask for: one that the price book knows. */
  public static final String MODEL = "claude-sonnet-5-5";

  private static final Map<String, String> JSON = Map.of("content-type", "application/json");
  private static final int SEED_BYTES = 10;

  private final Settings settings;
  private final Actor actor;
  private final PromptCache cache;
  private final Tally tally = new Tally();
  private final AtomicLong count = new AtomicLong();
  private final Optional<ChargeRecord> record;
  private @Nullable LoopbackServer server;

  /**
   * How it behaves.
   *
   * @param port 0 for any free one
   * @param scenario what it answers
   * @param pace time between two pieces of a streamed answer; zero: all at once
   * @param smallestCachedPrefix tokens that a prompt must have to be cached
   * @param clock for the life of cached prompts
   * @param record file that is told each request that is charged, one JSON object a line
   */
  public record Settings(
      int port,
      Scenario scenario,
      Duration pace,
      long smallestCachedPrefix,
      InstantSource clock,
      Optional<Path> record) {

    /** The shipped scenario on any port, without delay; prompts are cached from 256 tokens. */
    public static Settings defaults() {
      return new Settings(
          0, Scenario.shipped(), Duration.ZERO, 256, InstantSource.system(), Optional.empty());
    }

    /** The same with another scenario. */
    public Settings withScenario(Scenario other) {
      return new Settings(port, other, pace, smallestCachedPrefix, clock, record);
    }

    /** The same on a certain port. */
    public Settings withPort(int other) {
      return new Settings(other, scenario, pace, smallestCachedPrefix, clock, record);
    }

    /** The same with a file for what is charged; one that is there is gone on with. */
    public Settings withRecord(Path file) {
      return new Settings(port, scenario, pace, smallestCachedPrefix, clock, Optional.of(file));
    }

    /** The same with a time between two pieces of a streamed answer. */
    public Settings withPace(Duration other) {
      return new Settings(port, scenario, other, smallestCachedPrefix, clock, record);
    }
  }

  private RehearsalModel(Settings settings) throws IOException {
    this.settings = settings;
    this.record =
        settings.record().isPresent()
            ? Optional.of(new ChargeRecord(settings.record().get()))
            : Optional.empty();
    this.actor = new Actor(settings.scenario());
    this.cache = new PromptCache(settings.smallestCachedPrefix(), settings.clock());
  }

  /**
   * Starts a model.
   *
   * @throws IOException if the port is taken or the record can't be written
   */
  public static RehearsalModel start(Settings settings) throws IOException {
    return start(settings, InetAddress.getLoopbackAddress());
  }

  /**
   * Starts a model that others than this machine reach too.
   *
   * @throws IOException if the port is taken or the address is not this machine's
   */
  public static RehearsalModel start(Settings settings, InetAddress address) throws IOException {
    RehearsalModel model = new RehearsalModel(settings);
    model.server = LoopbackServer.start(address, settings.port(), "rehearsal-model", model::handle);
    return model;
  }

  /** Where this machine finds it: the base URL to configure for the Anthropic format. */
  public URI baseUrl() {
    LoopbackServer running = server;
    if (running == null) {
      throw new IllegalStateException("not started");
    }
    return URI.create("http://127.0.0.1:" + running.port());
  }

  /** What it counted so far. */
  public RehearsalUsage usage() {
    return tally.usage();
  }

  @Override
  public void close() {
    if (server != null) {
      server.close();
    }
    if (record.isPresent()) {
      try {
        record.get().close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private void handle(LoopbackServer.Request request, LoopbackServer.Answer answer)
      throws IOException, InterruptedException {
    String requestId = "req_rehearsal_" + count.incrementAndGet();
    switch (request.method() + " " + request.path()) {
      case "POST /v1/messages" -> messages(request, answer, requestId);
      case "GET /rehearsal/usage" -> answer.send(200, JSON, utf8(tally.json()));
      default -> refuse(answer, new ApiError(404, "Not found: " + request.path()), requestId, null);
    }
  }

  private void messages(
      LoopbackServer.Request request, LoopbackServer.Answer answer, String requestId)
      throws IOException, InterruptedException {
    tally.asked();
    MessagesRequest asked;
    try {
      if (!request.headers().containsKey("anthropic-version")) {
        throw ApiError.invalid("anthropic-version: header is required");
      }
      asked = MessagesRequest.read(request.body());
    } catch (ApiError e) {
      tally.refused();
      refuse(answer, e, requestId, null);
      return;
    }
    Rehearsed act = actor.act(asked);
    Thread.sleep(act.latency());
    switch (act.fault()) {
      case Scenario.Fault.Status(int status, var retryAfter) -> {
        tally.refused();
        refuse(answer, new ApiError(status, "Rehearsed error " + status), requestId, retryAfter);
      }
      case Scenario.Fault.Reset(boolean midway) when !midway -> {
        tally.refused();
        answer.abort();
      }
      case null, default -> {
        MessageEvents events =
            MessageEvents.of(
                "msg_rehearsal_" + count.get(),
                asked,
                act,
                cache.count(asked),
                seed(request.body()));
        record.ifPresent(file -> file.charged(requestId, asked, events));
        if (asked.stream()) {
          stream(answer, events, act.fault(), requestId);
        } else {
          whole(answer, events, act.fault(), requestId);
        }
      }
    }
  }

  private void whole(
      LoopbackServer.Answer answer,
      MessageEvents events,
      Scenario.@Nullable Fault fault,
      String requestId)
      throws IOException {
    tally.charged(events.model(), events.tokens(), fault == null);
    if (fault == null) {
      answer.send(200, headers(requestId, "application/json"), utf8(events.json()));
    } else {
      answer.abort();
    }
  }

  private void stream(
      LoopbackServer.Answer answer,
      MessageEvents events,
      Scenario.@Nullable Fault fault,
      String requestId)
      throws IOException, InterruptedException {
    List<String> all = events.events();
    int last = fault == null ? all.size() : all.size() / 2;
    try (LoopbackServer.Pieces pieces =
        answer.pieces(200, headers(requestId, "text/event-stream; charset=utf-8"))) {
      int sent = 0;
      try {
        if (settings.pace().isZero()) {
          pieces.send(utf8(String.join("", all.subList(0, last))));
          sent = last;
        }
        while (sent < last) {
          pieces.send(utf8(all.get(sent)));
          sent++;
          Thread.sleep(settings.pace());
        }
      } finally {
        // Before the caller can see the end, and ask what was counted.
        tally.charged(events.model(), events.tokens(), sent == all.size());
      }
      switch (fault) {
        case Scenario.Fault.MidStreamError(int status) ->
            pieces.send(
                utf8(
                    MessageEvents.event(
                        "error",
                        new ApiError(status, "Rehearsed error " + status).json(requestId))));
        case null -> {
          // the answer is complete
        }
        case Scenario.Fault.Reset _, Scenario.Fault.Status _ -> pieces.abort();
      }
    }
  }

  private static void refuse(
      LoopbackServer.Answer answer, ApiError error, String requestId, @Nullable String retryAfter)
      throws IOException {
    Map<String, String> headers = headers(requestId, "application/json");
    if (retryAfter != null) {
      headers.put("retry-after", retryAfter);
    }
    answer.send(error.status(), headers, utf8(error.json(requestId)));
  }

  private static Map<String, String> headers(String requestId, String contentType) {
    Map<String, String> headers = new TreeMap<>();
    headers.put("content-type", contentType);
    headers.put("request-id", requestId);
    return headers;
  }

  /** Makes ids of calls the same for the same request, and different in every step. */
  private static String seed(byte[] body) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(body);
      return HexFormat.of().formatHex(hash, 0, SEED_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
