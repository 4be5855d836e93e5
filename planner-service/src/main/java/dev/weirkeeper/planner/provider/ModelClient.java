package dev.weirkeeper.planner.provider;

import dev.weirkeeper.operations.config.Secret;
import dev.weirkeeper.operations.redaction.Redaction;
import dev.weirkeeper.planner.dialect.Failure;
import dev.weirkeeper.planner.dialect.Frame;
import dev.weirkeeper.planner.dialect.InvalidPromptException;
import dev.weirkeeper.planner.dialect.Prompt;
import dev.weirkeeper.planner.dialect.PromptFormat;
import dev.weirkeeper.planner.dialect.Remedy;
import dev.weirkeeper.planner.dialect.Reply;
import dev.weirkeeper.planner.dialect.ReplyContent;
import dev.weirkeeper.planner.dialect.ReplyReader;
import dev.weirkeeper.planner.dialect.TokenCount;
import dev.weirkeeper.planner.json.ArgumentCheck;
import dev.weirkeeper.planner.json.CanonicalJson;
import dev.weirkeeper.planner.json.MalformedJsonException;
import dev.weirkeeper.schemas.price.Cost;
import dev.weirkeeper.schemas.price.PriceBook;
import dev.weirkeeper.schemas.trust.WireClasses;
import dev.weirkeeper.wire.ModelCall;
import dev.weirkeeper.wire.ModelChoice;
import dev.weirkeeper.wire.ModelError;
import dev.weirkeeper.wire.ModelErrorKind;
import dev.weirkeeper.wire.ModelReply;
import dev.weirkeeper.wire.Provider;
import dev.weirkeeper.wire.RequestedCall;
import dev.weirkeeper.wire.StopReason;
import dev.weirkeeper.wire.ToolDefinition;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.stream.Stream;
import okhttp3.ConnectionPool;
import okhttp3.Headers;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls models. Thread-safe; meant to be called from many virtual threads at once.
 *
 * <p>A call is one or more HTTP requests, of which at most the last is charged: see the package.
 */
public final class ModelClient implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ModelClient.class);
  private static final String ANTHROPIC_VERSION = "2023-06-01";
  private static final int MAX_FRAMES = 1_000;
  private static final byte[] COMMA = {','};

  static {
    WireClasses.trust();
  }

  private final ProviderSettings settings;
  private final PriceBook prices;
  private final InstantSource clock;
  private final Pause pause;
  private final Backoff backoff;
  private final Redaction redaction;
  private final OkHttpClient http;
  private final Map<HttpUrl, Lane> lanes = new ConcurrentHashMap<>();
  private final Map<FrameKey, Frame> frames = new ConcurrentHashMap<>();

  private record FrameKey(
      Provider provider,
      String model,
      String system,
      Optional<String> options,
      List<String> toolVersions) {

    static FrameKey of(ModelChoice choice, Prompt prompt) {
      return new FrameKey(
          choice.getProvider(),
          choice.getModel(),
          prompt.system(),
          prompt.requestOptions(),
          prompt.tools().stream().map(ToolDefinition::getVersion).toList());
    }
  }

  /**
   * A client.
   *
   * @param clock for times in replies and for the provider's limits
   * @param redaction takes secrets out of what providers and models say
   */
  public ModelClient(
      ProviderSettings settings, PriceBook prices, InstantSource clock, Redaction redaction) {
    this(
        settings,
        prices,
        clock,
        redaction,
        Pause.REAL,
        () -> ThreadLocalRandom.current().nextDouble());
  }

  ModelClient(
      ProviderSettings settings,
      PriceBook prices,
      InstantSource clock,
      Redaction redaction,
      Pause pause,
      DoubleSupplier chance) {
    this.settings = settings;
    this.prices = prices;
    this.clock = clock;
    this.pause = pause;
    this.backoff = new Backoff(settings.firstWait(), settings.longestWait(), chance);
    this.redaction =
        redaction.knowing(
            Stream.of(settings.anthropic(), settings.openAi())
                .flatMap(endpoint -> endpoint.key().stream())
                .map(Secret::reveal)
                .toList());
    this.http =
        new OkHttpClient.Builder()
            .socketFactory(new PromptSockets())
            .retryOnConnectionFailure(false)
            .followRedirects(false)
            .followSslRedirects(false)
            .connectTimeout(settings.connectTimeout())
            .readTimeout(settings.silenceTimeout())
            .writeTimeout(settings.silenceTimeout())
            .callTimeout(settings.callTimeout())
            .connectionPool(
                new ConnectionPool(
                    settings.maxConcurrentCalls(),
                    settings.keepAlive().toMillis(),
                    TimeUnit.MILLISECONDS))
            .build();
  }

  /**
   * Makes a call and waits for its end. Never throws for what a provider or a network does: the
   * reply then carries the error.
   *
   * <p>An interrupt counts as a cancellation; the thread's interrupt flag stays set.
   *
   * @param call whom to ask and with which output limit
   * @param prompt what to ask, encoded for {@code call}'s model
   * @param cancellation closes the request under way; what it used until then is in the reply, as a
   *     lower bound
   * @param textDeltas told each piece of text as it comes in, on this thread; must not throw
   */
  public ModelReply call(
      ModelCall call, Prompt prompt, Cancellation cancellation, Consumer<String> textDeltas) {
    Conversation conversation = new Conversation(call, prompt, cancellation, textDeltas);
    try {
      return conversation.hold();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return conversation.failed(
          new Failure(ModelErrorKind.CANCELLED, "the planner is stopping", Remedy.GIVE_UP));
    }
  }

  /** Takes secrets out of what models say, the keys they are called with included. */
  public Redaction redaction() {
    return redaction;
  }

  /** Closes idle connections. Calls under way are not ended: cancel them first. */
  @Override
  public void close() {
    http.connectionPool().evictAll();
    http.dispatcher().executorService().shutdown();
  }

  /** One call with all its requests. */
  private final class Conversation {

    private final ModelCall call;
    private final ModelChoice choice;
    private final Prompt prompt;
    private final Cancellation cancellation;
    private final Consumer<String> textDeltas;
    private final Instant startedAt = clock.instant();

    private int requests;
    private TokenCount tokens = TokenCount.NONE;
    private @Nullable Integer status;
    private @Nullable String requestId;
    private @Nullable Duration firstContent;

    Conversation(
        ModelCall call, Prompt prompt, Cancellation cancellation, Consumer<String> textDeltas) {
      this.call = call;
      this.choice = call.getModel();
      this.prompt = prompt;
      this.cancellation = cancellation;
      this.textDeltas = textDeltas;
    }

    ModelReply hold() throws InterruptedException {
      Frame frame;
      ProviderSettings.Endpoint endpoint;
      HttpUrl url;
      try {
        frame = frame();
        endpoint = settings.endpoint(choice);
        url = url(endpoint);
      } catch (InvalidPromptException e) {
        return failed(
            new Failure(
                ModelErrorKind.INVALID_REQUEST, String.valueOf(e.getMessage()), Remedy.GIVE_UP));
      } catch (IllegalArgumentException e) {
        return failed(
            new Failure(
                ModelErrorKind.INVALID_REQUEST,
                "the base URL '" + choice.getBaseUrl() + "' can't be used: " + e.getMessage(),
                Remedy.GIVE_UP));
      }
      Lane lane = lanes.computeIfAbsent(url, _ -> lane());
      List<byte[]> parts = parts(frame);
      while (true) {
        switch (lane.enter(cancellation)) {
          case Lane.Entry.Admitted _ -> {
            // on with the request
          }
          case Lane.Entry.Cancelled _ -> {
            return failed(
                new Failure(
                    ModelErrorKind.CANCELLED,
                    "the call was cancelled before it was sent",
                    Remedy.GIVE_UP));
          }
          case Lane.Entry.Full(Duration opensIn) -> {
            return failed(
                new Failure(
                    ModelErrorKind.THROTTLED,
                    "the provider's limits have no room for another "
                        + opensIn.toSeconds()
                        + " s, longer than "
                        + settings.longestWait().toSeconds()
                        + " s are not waited",
                    Remedy.GIVE_UP));
          }
        }
        Exchange.Outcome outcome;
        try {
          requests++;
          outcome = exchange(endpoint, url, parts).run(cancellation);
          note(outcome);
          lane.learn(outcome.headers());
          lane.used(outcome.tokens().usage());
        } finally {
          lane.leave();
        }
        if (outcome.reply().isPresent()) {
          return answered(outcome.reply().get());
        }
        Failure failure = outcome.failure().orElseThrow();
        if (failure.remedy() != Remedy.SEND_AGAIN) {
          return failed(failure);
        }
        Optional<Duration> asked = Backoff.askedFor(outcome.headers(), clock.instant());
        if (asked.isPresent() && asked.get().compareTo(settings.longestWait()) > 0) {
          return failed(
              failure.saying(
                  failure.message()
                      + " (the provider asks to wait "
                      + asked.get().toSeconds()
                      + " s, longer than "
                      + settings.longestWait().toSeconds()
                      + " s are not waited)"));
        }
        if (requests >= settings.maxRequests()) {
          return failed(failure.saying("after " + requests + " requests: " + failure.message()));
        }
        asked.ifPresent(wait -> lane.closeUntil(clock.instant().plus(wait)));
        Duration wait = asked.map(backoff::spread).orElseGet(() -> backoff.after(requests));
        LOG.atInfo()
            .addKeyValue("call_id", call.getCallId())
            .addKeyValue("request", requests)
            .log("request failed, sent again in {}: {}", wait, redaction.apply(failure.message()));
        if (pause.hold(wait, cancellation)) {
          return failed(
              new Failure(
                  ModelErrorKind.CANCELLED,
                  "the call was cancelled between two requests",
                  Remedy.GIVE_UP));
        }
      }
    }

    private void note(Exchange.Outcome outcome) {
      tokens = outcome.tokens();
      status = outcome.status();
      firstContent = outcome.firstContent();
      Headers headers = outcome.headers();
      String id = headers.get("request-id");
      requestId = id == null ? headers.get("x-request-id") : id;
    }

    private Lane lane() {
      return new Lane(settings.maxConcurrentCalls(), backoff, clock, pause);
    }

    private Frame frame() throws InvalidPromptException {
      FrameKey key = FrameKey.of(choice, prompt);
      Frame known = frames.get(key);
      if (known != null) {
        return known;
      }
      Frame frame = PromptFormat.of(choice).frame(prompt);
      if (frames.size() >= MAX_FRAMES) {
        frames.clear();
      }
      frames.put(key, frame);
      return frame;
    }

    private List<byte[]> parts(Frame frame) {
      List<byte[]> parts = new ArrayList<>(2 * prompt.fragments().size() + 4);
      parts.add(frame.head());
      boolean first = true;
      for (byte[] fragment :
          (Iterable<byte[]>)
              Stream.concat(Stream.of(frame.leading()), prompt.fragments().stream())::iterator) {
        if (fragment.length > 0) {
          if (!first) {
            parts.add(COMMA);
          }
          parts.add(fragment);
          first = false;
        }
      }
      parts.add(frame.tail(call.getMaxOutputTokens()));
      return parts;
    }

    private HttpUrl url(ProviderSettings.Endpoint endpoint) {
      HttpUrl base = HttpUrl.get(endpoint.baseUrl().toString());
      List<String> path = base.pathSegments().stream().filter(part -> !part.isEmpty()).toList();
      boolean versioned = !path.isEmpty() && path.getLast().matches("v\\d+\\w*");
      HttpUrl.Builder url = base.newBuilder().query(null).fragment(null).encodedPath("/");
      path.forEach(url::addPathSegment);
      return switch (choice.getProvider()) {
        case ANTHROPIC_MESSAGES ->
            url.addPathSegments(versioned ? "messages" : "v1/messages").build();
        case OPENAI_CHAT_COMPLETIONS ->
            url.addPathSegments(path.isEmpty() ? "v1/chat/completions" : "chat/completions")
                .build();
        case OPENAI_RESPONSES ->
            url.addPathSegments(path.isEmpty() ? "v1/responses" : "responses").build();
      };
    }

    private Exchange exchange(ProviderSettings.Endpoint endpoint, HttpUrl url, List<byte[]> parts) {
      Request.Builder request =
          new Request.Builder().url(url).header("accept", "application/json, text/event-stream");
      Optional<String> key = endpoint.key().map(Secret::reveal);
      switch (choice.getProvider()) {
        case ANTHROPIC_MESSAGES -> {
          request.header("anthropic-version", ANTHROPIC_VERSION);
          key.ifPresent(value -> request.header("x-api-key", value));
        }
        case OPENAI_CHAT_COMPLETIONS, OPENAI_RESPONSES ->
            key.ifPresent(value -> request.header("authorization", "Bearer " + value));
      }
      return new Exchange(
          http,
          request,
          new Exchange.Body(parts),
          ReplyReader.of(choice.getProvider(), call.getTurn(), textDeltas),
          settings.maxReplyBytes(),
          clock);
    }

    private ModelReply answered(Reply reply) {
      String model = reply.model().isEmpty() ? choice.getModel() : reply.model();
      return reply(model)
          .setStopReason(reply.stopReason())
          .setRawStopReason(reply.rawStopReason())
          .setContent(ReplyContent.redacted(reply.content(), redaction))
          .setText(redaction.apply(reply.text()))
          .setCalls(reply.calls().stream().map(this::checked).toList())
          .build();
    }

    /** The call with canonical arguments, and with what keeps it from being sent. */
    private RequestedCall checked(Reply.Call asked) {
      String arguments = asked.arguments().isBlank() ? "{}" : asked.arguments();
      RequestedCall.Builder checked =
          RequestedCall.newBuilder().setProviderCallId(asked.id()).setTool(asked.tool());
      try {
        String canonical = redaction.apply(CanonicalJson.ofObject(arguments));
        return checked
            .setArguments(canonical)
            .setArgumentsHash(CanonicalJson.sha256(canonical))
            .setProblem(ArgumentCheck.problem(prompt.tools(), asked.tool(), canonical).orElse(null))
            .build();
      } catch (MalformedJsonException e) {
        String clean = redaction.apply(arguments);
        return checked
            .setArguments(clean)
            .setArgumentsHash(CanonicalJson.sha256(clean))
            .setProblem(
                ArgumentCheck.notJson(prompt.tools(), asked.tool(), String.valueOf(e.getMessage())))
            .build();
      }
    }

    private ModelReply failed(Failure failure) {
      return reply(choice.getModel())
          .setError(
              ModelError.newBuilder()
                  .setKind(failure.kind())
                  .setMessage(redaction.apply(failure.message()))
                  .setHttpStatus(status)
                  .setRequestId(requestId)
                  .setMayRetry(failure.remedy() == Remedy.ASK_AGAIN)
                  .build())
          .setStopReason(StopReason.OTHER)
          .build();
    }

    private ModelReply.Builder reply(String model) {
      Cost cost =
          prices.cost(prices.knows(model) ? model : choice.getModel(), tokens.usage(), startedAt);
      return ModelReply.newBuilder()
          .setCallId(call.getCallId())
          .setSessionId(call.getSessionId())
          .setTaskId(call.getTaskId())
          .setTurn(call.getTurn())
          .setAttempt(call.getAttempt())
          .setModel(model)
          .setRequestedModel(choice.getModel())
          .setProvider(choice.getProvider())
          .setUsage(tokens.usage())
          .setUsageReported(tokens.complete())
          .setRawUsage(tokens.raw())
          .setCostNanoUsd(cost.nanoUsd())
          .setPriceBook(cost.priceBook())
          .setFallbackPrice(cost.fallback())
          .setProviderRequestId(requestId)
          .setHttpAttempts(requests)
          .setStartedAt(startedAt)
          .setFirstTokenMs(firstContent == null ? null : Math.max(0, firstContent.toMillis()))
          .setDurationMs(Math.max(0, Duration.between(startedAt, clock.instant()).toMillis()))
          .setPinsDigest(prompt.pinsDigest());
    }
  }
}
