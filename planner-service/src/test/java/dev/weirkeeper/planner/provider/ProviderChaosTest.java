package dev.weirkeeper.planner.provider;

import static dev.weirkeeper.planner.provider.Calls.ANTHROPIC;
import static dev.weirkeeper.planner.provider.Calls.call;
import static dev.weirkeeper.planner.provider.Calls.prompt;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.planner.dialect.Message;
import dev.weirkeeper.planner.dialect.Prompt;
import dev.weirkeeper.planner.dialect.PromptFormat;
import dev.weirkeeper.wire.ModelErrorKind;
import dev.weirkeeper.wire.ModelReply;
import dev.weirkeeper.wire.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A provider that does everything wrong that providers do, by seed. */
class ProviderChaosTest {

  private static final int CALLS = 10_000;
  private static final int AT_A_TIME = 32;
  private static final Duration SILENCE = Duration.ofSeconds(1);
  private static final long SEED = 20_261_123;
  private static final Pattern NUMBER = Pattern.compile("number (\\d+)\\.");
  private static final Usage USED = new Usage(10L, 0L, 0L, 0L, 5L, 0L);

  @RegisterExtension final ProviderServer provider = new ProviderServer();

  /** What the provider did to one request, and whether it would charge for it. */
  private enum Deed {
    ANSWER(true),
    STREAM(true),
    DOUBLED_IDS(true),
    NO_USAGE(true),
    CUT_CALL(true),
    THROTTLE(false),
    THROTTLE_WITH_WAIT(false),
    OVERLOADED(false),
    SERVER_ERROR(false),
    QUOTA(false),
    NO_ANSWER(true),
    RESET_MIDWAY(true),
    CUT_JSON(true),
    CUT_STREAM(true),
    ERROR_AT_ONCE(false),
    ERROR_MIDWAY(true),
    NONSENSE(true),
    SILENCE(true);

    private final boolean charged;

    Deed(boolean charged) {
      this.charged = charged;
    }
  }

  private final Map<Integer, Queue<Deed>> deeds = new ConcurrentHashMap<>();

  private MockResponse respond(RecordedRequest request) {
    Matcher matcher = NUMBER.matcher(ProviderServer.body(request));
    assertThat(matcher.find()).isTrue();
    int number = Integer.parseInt(matcher.group(1));
    Queue<Deed> soFar = deeds.computeIfAbsent(number, _ -> new ConcurrentLinkedQueue<>());
    Random random = new Random(SEED + 31L * number + soFar.size());
    // Half of all requests go well; silence is dear in time, so it is rare.
    Deed deed =
        random.nextBoolean()
            ? Deed.STREAM
            : random.nextInt(200) == 0
                ? Deed.SILENCE
                : Deed.values()[random.nextInt(Deed.values().length - 1)];
    soFar.add(deed);
    return switch (deed) {
      case ANSWER -> ProviderServer.json("anthropic/text.json");
      case STREAM -> ProviderServer.stream("anthropic/text.sse");
      case DOUBLED_IDS -> ProviderServer.json("anthropic/duplicate-ids.json");
      case NO_USAGE -> ProviderServer.json("anthropic/no-usage.json");
      case CUT_CALL -> ProviderServer.stream("anthropic/max-tokens-in-a-call.sse");
      case THROTTLE -> new MockResponse.Builder().code(429).build();
      case THROTTLE_WITH_WAIT ->
          new MockResponse.Builder().code(429).setHeader("retry-after", "1").build();
      case OVERLOADED -> new MockResponse.Builder().code(529).build();
      case SERVER_ERROR -> new MockResponse.Builder().code(500).body("{\"oops\"").build();
      case QUOTA -> new MockResponse.Builder().code(402).build();
      case NO_ANSWER ->
          new MockResponse.Builder().onResponseStart(new SocketEffect.CloseSocket()).build();
      case RESET_MIDWAY ->
          ProviderServer.stream("anthropic/text.sse")
              .newBuilder()
              .onResponseBody(new SocketEffect.CloseSocket())
              .build();
      case CUT_JSON -> ProviderServer.json("anthropic/half.json");
      case CUT_STREAM -> ProviderServer.stream("anthropic/half.sse");
      case ERROR_AT_ONCE -> ProviderServer.stream("anthropic/error-at-once.sse");
      case ERROR_MIDWAY -> ProviderServer.stream("anthropic/error-in-mid-stream.sse");
      case NONSENSE -> ProviderServer.json("anthropic/no-json.json");
      case SILENCE ->
          new MockResponse.Builder().onResponseStart(SocketEffect.Stall.INSTANCE).build();
    };
  }

  private static Prompt numbered(int number) {
    return new Prompt(
        "",
        List.of(Calls.CALCULATOR, Calls.LOOKUP_USER),
        Optional.empty(),
        "pins",
        List.of(
            PromptFormat.of(ANTHROPIC).encode(new Message.User("This is number " + number + "."))));
  }

  @Test
  void never_breaks_the_client_and_never_costs_anything_that_is_not_booked() throws Exception {
    provider.server.setDispatcher(
        new Dispatcher() {
          @Override
          public MockResponse dispatch(RecordedRequest request) {
            return respond(request);
          }
        });
    ModelClient client = provider.client(provider.silentFor(SILENCE));
    List<Future<ModelReply>> replies = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(AT_A_TIME)) {
      for (int i = 0; i < CALLS; i++) {
        int number = i;
        replies.add(
            threads.submit(
                () -> client.call(call(ANTHROPIC), numbered(number), new Cancellation(), _ -> {})));
      }
    }

    int answered = 0;
    int unsettled = 0;
    for (int number = 0; number < CALLS; number++) {
      ModelReply reply = replies.get(number).get();
      List<Deed> done = List.copyOf(deeds.get(number));
      String what = "call %d: %s -> %s".formatted(number, done, reply.getError());
      // At most one request may have been charged, and it is the last.
      assertThat(done.subList(0, done.size() - 1)).as(what).noneMatch(deed -> deed.charged);
      assertThat(done.size()).as(what).isLessThanOrEqualTo(5).isEqualTo(reply.getHttpAttempts());
      if (reply.getError() != null && reply.getError().getKind() == ModelErrorKind.TIMEOUT) {
        // On a busy machine an honest answer may come too late as well.
        assertThat(reply.getError().getMayRetry()).as(what).isTrue();
        assertThat(reply.getUsageReported()).as(what).isFalse();
        continue;
      }
      Deed last = done.getLast();
      switch (last) {
        case ANSWER, STREAM, DOUBLED_IDS, CUT_CALL -> {
          assertThat(reply.getError()).as(what).isNull();
          assertThat(reply.getUsage()).as(what).isEqualTo(USED);
          assertThat(reply.getUsageReported()).as(what).isTrue();
          answered++;
        }
        case NO_USAGE -> {
          assertThat(reply.getError()).as(what).isNull();
          assertThat(reply.getUsageReported()).as(what).isFalse();
          unsettled++;
        }
        case NO_ANSWER, RESET_MIDWAY, CUT_JSON, CUT_STREAM, ERROR_MIDWAY, NONSENSE, SILENCE -> {
          assertThat(reply.getError().getMayRetry()).as(what).isTrue();
          assertThat(reply.getUsageReported()).as(what).isFalse();
          unsettled++;
        }
        case QUOTA ->
            assertThat(reply.getError().getKind())
                .as(what)
                .isEqualTo(ModelErrorKind.QUOTA_EXHAUSTED);
        case THROTTLE, THROTTLE_WITH_WAIT, OVERLOADED, SERVER_ERROR, ERROR_AT_ONCE -> {
          assertThat(done).as(what).hasSize(5);
          assertThat(reply.getError().getMayRetry()).as(what).isFalse();
          assertThat(reply.getUsageReported()).as(what).isTrue();
          assertThat(reply.getCostNanoUsd()).as(what).isZero();
        }
      }
      assertThat(reply.getCalls().stream().map(c -> c.getProviderCallId()))
          .as(what)
          .doesNotHaveDuplicates();
    }
    assertThat(answered).isGreaterThan(CALLS / 2);
    assertThat(unsettled).isGreaterThan(CALLS / 20);
  }

  @Test
  void its_rate_limit_is_kept_to_within_one_in_a_hundred() throws Exception {
    // A bucket of 60 requests that fills at 10 a second, by the clock of both.
    double[] left = {60};
    Instant[] filled = {provider.clock().instant()};
    int[] counts = new int[2];
    provider.server.setDispatcher(
        new Dispatcher() {
          @Override
          public synchronized MockResponse dispatch(RecordedRequest request) {
            Instant now = provider.clock().instant();
            left[0] = Math.min(60, left[0] + Duration.between(filled[0], now).toMillis() / 100.0);
            filled[0] = now;
            counts[0]++;
            boolean over = left[0] < 1;
            if (over) {
              counts[1]++;
            } else {
              left[0]--;
            }
            return (over
                    ? new MockResponse.Builder().code(429)
                    : ProviderServer.json("anthropic/text.json").newBuilder())
                .setHeader("anthropic-ratelimit-requests-limit", "60")
                .setHeader(
                    "anthropic-ratelimit-requests-remaining", Integer.toString((int) left[0]))
                .setHeader(
                    "anthropic-ratelimit-requests-reset",
                    now.plusMillis((long) ((60 - left[0]) * 100)).toString())
                .build();
          }
        });
    ModelClient client = provider.client();

    for (int i = 0; i < 1_000; i++) {
      ModelReply reply =
          client.call(call(ANTHROPIC), prompt(ANTHROPIC), new Cancellation(), _ -> {});
      assertThat(reply.getError()).isNull();
    }

    assertThat(counts[1]).as("refused of %d", counts[0]).isLessThanOrEqualTo(counts[0] / 100);
    assertThat(provider.waits()).isNotEmpty();
  }
}
