package dev.weirkeeper.cli.conformance;

import dev.weirkeeper.executor.tool.Param;
import dev.weirkeeper.executor.tool.Tool;
import dev.weirkeeper.executor.tool.ToolContext;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** What the conformance run calls. */
@SuppressWarnings("DoNotCallSuggester") // one of them is there to fail
final class ConformanceTools {

  private static final String POOL = "conformance";

  private final Map<String, AtomicInteger> runs = new ConcurrentHashMap<>();

  record Text(String text) {}

  record Time(@Param(min = "0", max = "600000") int ms) {}

  record Size(@Param(min = "0", max = "10000000") int bytes) {}

  @Tool(
      name = ExecutorConformance.ECHO,
      description = "Returns the text",
      readOnly = true,
      pool = POOL)
  Text echo(Text text) {
    return text;
  }

  @Tool(
      name = ExecutorConformance.SLEEP,
      description = "Waits",
      readOnly = true,
      timeout = "60s",
      pool = POOL)
  Time sleep(Time time) throws InterruptedException {
    Thread.sleep(time.ms());
    return time;
  }

  @Tool(
      name = ExecutorConformance.LARGE,
      description = "Returns much",
      readOnly = true,
      pool = POOL)
  String large(Size size) {
    return "x".repeat(size.bytes());
  }

  @Tool(name = ExecutorConformance.FAIL, description = "Fails", readOnly = true, pool = POOL)
  String fail() {
    throw new IllegalStateException("a detail that no model should see");
  }

  @Tool(name = ExecutorConformance.COUNT, description = "Counts its runs", pool = POOL)
  String count(ToolContext context) {
    return "run "
        + runs.computeIfAbsent(context.callId(), call -> new AtomicInteger()).incrementAndGet();
  }
}
