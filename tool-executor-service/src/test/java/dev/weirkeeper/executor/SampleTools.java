package dev.weirkeeper.executor;

import dev.weirkeeper.executor.tool.Param;
import dev.weirkeeper.executor.tool.Reconciliation;
import dev.weirkeeper.executor.tool.Tool;
import dev.weirkeeper.executor.tool.ToolContext;
import dev.weirkeeper.executor.tool.ToolFailure;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** Tools that do what tests need. */
@SuppressWarnings("DoNotCallSuggester") // tools that always fail are what is needed here
public final class SampleTools {

  /** How often each call was run, by call id. */
  public final Map<String, AtomicInteger> runs = new ConcurrentHashMap<>();

  /** Messages of interrupts that reached a tool. */
  public final List<String> interrupted = new java.util.concurrent.CopyOnWriteArrayList<>();

  /** Holds {@code hold} until it is opened. */
  public volatile CountDownLatch gate = new CountDownLatch(1);

  /** Counts calls of {@code hold} and {@code charge_slowly} that have begun. */
  public final AtomicInteger begun = new AtomicInteger();

  /** What {@code refund} finds when it is asked about an interrupted run. */
  public volatile Reconciliation found = Reconciliation.cannotTell();

  private int ran(ToolContext context) {
    return runs.computeIfAbsent(context.callId(), id -> new AtomicInteger()).incrementAndGet();
  }

  public int runsOf(String callId) {
    AtomicInteger count = runs.get(callId);
    return count == null ? 0 : count.get();
  }

  public record Sum(@Param("First") int a, @Param("Second") int b) {}

  public record Total(int total) {}

  @Tool(name = "add", description = "Adds two numbers", readOnly = true)
  Total add(Sum sum, ToolContext context) {
    ran(context);
    return new Total(sum.a() + sum.b());
  }

  public record Amount(int amount) {}

  @Tool(name = "charge", description = "Charges a card", destructive = true)
  String charge(Amount amount, ToolContext context) {
    return "charged " + amount.amount() + ", run " + ran(context);
  }

  @Tool(name = "refund", description = "Refunds", destructive = true, reconcile = "refunded")
  String refund(Amount amount, ToolContext context) {
    return "refunded " + amount.amount() + ", run " + ran(context);
  }

  Reconciliation refunded(Amount amount, ToolContext context) {
    return found;
  }

  @Tool(name = "upsert", description = "Writes by key", idempotent = true)
  String upsert(Amount amount, ToolContext context) {
    return "wrote " + amount.amount() + ", run " + ran(context);
  }

  @Tool(name = "charge_slowly", description = "Charges a card in time", destructive = true)
  String chargeSlowly(Amount amount, ToolContext context) throws InterruptedException {
    ran(context);
    begun.incrementAndGet();
    Thread.sleep(amount.amount());
    return "charged";
  }

  @Tool(name = "hold", description = "Waits for the gate", readOnly = true, timeout = "60s")
  String hold(ToolContext context) throws InterruptedException {
    CountDownLatch opens = gate;
    ran(context);
    begun.incrementAndGet();
    try {
      opens.await();
    } catch (InterruptedException e) {
      interrupted.add(context.callId());
      throw e;
    }
    return "through";
  }

  public record Times(int failures) {}

  @Tool(
      name = "flaky",
      description = "Fails a few times",
      readOnly = true,
      backoff = "10ms",
      maxAttempts = 4)
  String flaky(Times times, ToolContext context) throws IOException {
    if (ran(context) <= times.failures()) {
      throw new IOException("connection reset");
    }
    return "done at try " + context.attempt();
  }

  @Tool(
      name = "throttled",
      description = "Says 429",
      readOnly = true,
      maxAttempts = 2,
      backoff = "1ms")
  String throttled() {
    throw ToolFailure.retry("the service said 429").hint("use the batch tool");
  }

  @Tool(name = "broken", description = "Has a bug", readOnly = true)
  String broken() {
    throw new IllegalStateException("password=hunter2 in a stack");
  }

  @Tool(name = "refuses", description = "Says no", readOnly = true)
  String refuses(Amount amount) {
    throw ToolFailure.of("no account " + amount.amount())
        .hint("call list_accounts")
        .detail("account", amount.amount());
  }

  @Tool(name = "slow", description = "Takes too long", readOnly = true, timeout = "300ms")
  String slow() throws InterruptedException {
    Thread.sleep(60_000);
    return "never";
  }

  @Tool(
      name = "deaf",
      description = "Takes no notice of interrupts",
      timeout = "300ms",
      readOnly = true)
  String deaf() {
    long end = System.nanoTime() + 3_000_000_000L;
    while (System.nanoTime() < end) {
      Thread.onSpinWait();
    }
    return "late";
  }

  public record Size(int bytes) {}

  @Tool(name = "long_text", description = "Says much", readOnly = true, maxResultBytes = 2_000)
  String longText(Size size) {
    return "é".repeat(size.bytes() / 2);
  }

  @Tool(name = "huge", description = "Says too much", readOnly = true, maxResultBytes = 4_000_000)
  String huge(Size size) {
    return "x".repeat(size.bytes());
  }

  @Tool(name = "leaky", description = "Says a secret", readOnly = true)
  String leaky() {
    return "{\"api_key\": \"abcdef123456\", \"token\": \"sk-abcdefghijklmnopqrstuvwx\"}";
  }

  @Tool(
      name = "leaky_at_length",
      description = "Says a secret amid much else",
      readOnly = true,
      maxResultBytes = 1_024)
  String leakyAtLength() {
    return ".".repeat(1_499) + " sk-abcdefghijklmnopqrstuvwx " + ".".repeat(1_500);
  }

  @Tool(
      name = "one_at_a_time",
      description = "Never beside itself",
      readOnly = true,
      concurrency = 1)
  String oneAtATime() throws InterruptedException {
    int beside = begun.incrementAndGet();
    Thread.sleep(20);
    begun.decrementAndGet();
    return Integer.toString(beside);
  }
}
