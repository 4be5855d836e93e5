package dev.weirkeeper.planner.topology;

import dev.weirkeeper.operations.failpoint.FailPoint;
import dev.weirkeeper.planner.dialect.Prompt;
import dev.weirkeeper.planner.provider.Cancellation;
import dev.weirkeeper.wire.ModelCall;
import dev.weirkeeper.wire.ModelReply;
import java.time.Duration;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.header.Headers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where model calls are made, away from the stream threads: one virtual thread for each, the reply
 * handed to a producer. Calls outlive the ownership of their session: when a partition moves, a
 * call under way goes on and its reply reaches the new owner through the topic. Thread-safe.
 */
public final class ModelDesk implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ModelDesk.class);
  private static final Duration CANCELLED = Duration.ofSeconds(5);
  private static final int REMEMBERED = 10_000;

  /** Makes one call. Gives a reply whatever happens to the request. */
  @FunctionalInterface
  public interface Caller {
    ModelReply call(ModelCall call, Prompt prompt, Cancellation cancellation);
  }

  /** Takes each reply; may block. */
  @FunctionalInterface
  public interface Replies {
    void accept(ModelCall call, ModelReply reply, Headers headers);
  }

  /** A call that is made once it is in the log. */
  private record Prepared(ModelCall call, Prompt prompt, Headers headers, int partition) {}

  /**
   * Tells whoever owns a partition next which calls were made here and have no reply; does not
   * block.
   */
  @FunctionalInterface
  public interface HandOver {
    void tell(int partition, Set<String> underWay);
  }

  private final Caller caller;
  private final Replies replies;
  private final HandOver handOver;
  private final Duration drain;
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("model-call-", 0).factory());
  private final Map<String, Cancellation> underWay = new ConcurrentHashMap<>();
  private final Map<String, Prepared> prepared = new ConcurrentHashMap<>();

  /** Made, and nobody was told what came of it. */
  private final Set<String> unanswered = ConcurrentHashMap.newKeySet();

  private final Set<String> made =
      Collections.synchronizedSet(
          Collections.newSetFromMap(
              new LinkedHashMap<>() {
                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
                  return size() > REMEMBERED;
                }
              }));

  /**
   * A desk.
   *
   * @param caller makes the calls
   * @param replies is given each reply, on the call's own thread; it may block
   * @param handOver tells the next owner of a partition what is under way
   * @param drain how long calls may go on after {@link #close}
   */
  public ModelDesk(Caller caller, Replies replies, HandOver handOver, Duration drain) {
    this.caller = caller;
    this.replies = replies;
    this.handOver = handOver;
    this.drain = drain;
  }

  /** Takes a call that is to be made when {@link #startPrepared} says that it is in the log. */
  void prepare(ModelCall call, Prompt prompt, Headers headers, int partition) {
    prepared.put(call.getCallId(), new Prepared(call, prompt, headers, partition));
  }

  /** Starts a prepared call, unless it was abandoned or its partition given up meanwhile. */
  synchronized void startPrepared(String callId) {
    Prepared call = prepared.get(callId);
    if (call != null) {
      start(call.call(), call.prompt(), call.headers());
    }
  }

  /** Starts a call that is in the log, unless this desk has started it before. */
  synchronized void start(ModelCall call, Prompt prompt, Headers headers) {
    prepared.remove(call.getCallId());
    if (!made.add(call.getCallId())) {
      return;
    }
    FailPoint.reached("planner.call-committed");
    Cancellation cancellation = new Cancellation();
    underWay.put(call.getCallId(), cancellation);
    threads.execute(
        () -> {
          try {
            ModelReply reply = caller.call(call, prompt, cancellation);
            FailPoint.reached("planner.reply-received");
            replies.accept(call, reply, headers);
            FailPoint.reached("planner.reply-written");
          } catch (RuntimeException e) {
            LOG.error("the reply to model call {} could not be written", call.getCallId(), e);
            unanswered.add(call.getCallId());
            made.remove(call.getCallId());
          } finally {
            underWay.remove(call.getCallId());
          }
        });
  }

  /** Stops a call, if it is made here. Its reply still tells what it used. */
  void abandon(String callId) {
    prepared.remove(callId);
    Cancellation cancellation = underWay.get(callId);
    if (cancellation != null) {
      cancellation.cancel();
    }
  }

  /** A partition is given up: no more calls of its sessions are started here. */
  synchronized void handOver(int partition) {
    prepared.values().removeIf(call -> call.partition() == partition);
    Set<String> open = new HashSet<>(underWay.keySet());
    open.addAll(unanswered);
    handOver.tell(partition, open);
  }

  boolean started(String callId) {
    return made.contains(callId);
  }

  /** Number of calls under way. */
  public int underWay() {
    return underWay.size();
  }

  /** Lets calls under way finish for a while, then cancels those that have not. */
  @Override
  public void close() {
    threads.shutdown();
    try {
      if (!threads.awaitTermination(drain.toMillis(), TimeUnit.MILLISECONDS)) {
        underWay.values().forEach(Cancellation::cancel);
        if (!threads.awaitTermination(CANCELLED.toMillis(), TimeUnit.MILLISECONDS)) {
          LOG.warn("{} model calls were left behind; they show as unsettled", underWay.size());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
