package dev.weirkeeper.planner.bench;

import com.sun.management.OperatingSystemMXBean;
import dev.weirkeeper.planner.agent.Agent;
import dev.weirkeeper.planner.money.NanoUsd;
import dev.weirkeeper.planner.money.TokenUsage;
import dev.weirkeeper.planner.session.Given;
import dev.weirkeeper.planner.session.Planner;
import dev.weirkeeper.planner.session.SessionEvent;
import dev.weirkeeper.planner.session.SessionEvent.Bill;
import dev.weirkeeper.planner.session.SessionEvent.Content;
import dev.weirkeeper.planner.session.SessionEvent.ModelReplied;
import dev.weirkeeper.planner.session.SessionEvent.Reply;
import dev.weirkeeper.planner.session.SessionEvent.RequestedCall;
import dev.weirkeeper.planner.session.SessionEvent.Stop;
import dev.weirkeeper.planner.session.SessionEvent.TaskSubmitted;
import dev.weirkeeper.planner.session.SessionEvent.ToolCallCompleted;
import dev.weirkeeper.planner.session.SessionState;
import dev.weirkeeper.planner.session.Task;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * How much processor time the core takes, on one thread. It is the time of the whole process, so
 * the garbage collector's is in it and other work on the machine is not. Each figure is the median
 * of {@value #ROUNDS} rounds after as many to warm up; the fastest and the slowest are shown beside
 * it. The reasons, hashes and ledger lines of every decision are made, as in production.
 *
 * <p>Run it with {@code mvn -pl planner-service -am test -Dtest=PlannerBench -Dbenchmark=true
 * '-Dtest.jvm=-XX:+UseSerialGC -Xmx1g' -Dsurefire.failIfNoSpecifiedTests=false}, which takes the
 * collector that {@code weir} uses; the figures are in {@code
 * target/surefire-reports/dev.weirkeeper.planner.bench.PlannerBench-output.txt}.
 */
@EnabledIfSystemProperty(named = "benchmark", matches = "true")
final class PlannerBench {
  private static final int ROUNDS = 15;
  private static final OperatingSystemMXBean CPU =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
  private static final Instant START = Instant.parse("2026-11-02T09:00:00Z");
  private static final String HASH =
      "9c39d79daf3967628e1dd7277027d70987d5c8e07a1e9dbb12bb2a04d4371511";

  @Test
  void the_core() {
    List<SessionEvent> typical = session(10);
    List<SessionEvent> parallel = session(5, 4);
    List<SessionEvent> longOne = session(500);
    System.out.printf(
        Locale.ROOT,
        "%s, %s%n",
        System.getProperty("java.vm.version"),
        System.getProperty("os.arch"));
    steps("10 turns with a tool call each", typical);
    steps("5 turns with 4 parallel calls each", parallel);
    Figures fold = measure(() -> sink(fold(longOne)), 200);
    System.out.printf(
        Locale.ROOT,
        "fold a session of %,d events: %.3f ms (%.3f to %.3f)%n",
        longOne.size(),
        fold.median / 1e6,
        fold.least / 1e6,
        fold.most / 1e6);
    Figures early = at(longOne, 10);
    Figures late = at(longOne, 1000);
    System.out.printf(
        Locale.ROOT,
        "the 10th event: %,.0f ns; the 1,000th: %,.0f ns; ratio %.2f%n",
        early.median,
        late.median,
        late.median / early.median);
  }

  private static void steps(String what, List<SessionEvent> events) {
    Figures figures = measure(() -> sink(fold(events)), 20_000);
    System.out.printf(
        Locale.ROOT,
        "%s: %,.0f steps/s (%,.0f to %,.0f)%n",
        what,
        events.size() * 1e9 / figures.median,
        events.size() * 1e9 / figures.most,
        events.size() * 1e9 / figures.least);
  }

  /** Two steps in a row from the situation before an event, so that both kinds are in it. */
  private static Figures at(List<SessionEvent> events, int position) {
    SessionState before = fold(events.subList(0, position - 1));
    SessionEvent first = events.get(position - 1);
    SessionEvent second = events.get(position);
    return measure(
        () -> sink(Planner.step(Planner.step(before, first).next(), second).next()), 200_000);
  }

  private static SessionState fold(List<SessionEvent> events) {
    SessionState state = SessionState.initial("session-1");
    for (SessionEvent event : events) {
      state = Planner.step(state, event).next();
    }
    return state;
  }

  private static List<SessionEvent> session(int turns) {
    return session(turns, 1);
  }

  private static List<SessionEvent> session(int turns, int callsEach) {
    Agent agent = Given.agent().build();
    var limits =
        Given.limits()
            .steps(100_000)
            .tokens(1_000_000_000)
            .cost(NanoUsd.dollars(1000))
            .duration(Duration.ofDays(1))
            .identical(3)
            .build();
    List<SessionEvent> events = new ArrayList<>();
    Instant at = START;
    Content content = new Content(HASH, 2000);
    events.add(
        new TaskSubmitted(
            at, new Task("task-1", "acme", agent, limits, List.of(), false, "", content)));
    TokenUsage usage = new TokenUsage(200, 1500, 0, 12_000, 150, 0);
    Bill bill = new Bill.Known(new NanoUsd(12_345_678));
    for (int turn = 1; turn <= turns; turn++) {
      List<RequestedCall> calls = new ArrayList<>();
      for (int i = 0; i < callsEach; i++) {
        String arguments = "{\"query\":\"turn " + turn + " call " + i + "\"}";
        String hash = HASH.substring(0, 54) + "%05d%05d".formatted(turn, i);
        calls.add(new RequestedCall("call_" + turn, "search", arguments, hash, Optional.empty()));
      }
      at = at.plusMillis(900);
      events.add(
          new ModelReplied(
              at,
              "session-1/" + turn + "/m1",
              usage,
              bill,
              new Reply.Answered(Stop.TOOL_USE, "", calls, content)));
      for (int i = 0; i < callsEach; i++) {
        at = at.plusMillis(50);
        events.add(
            new ToolCallCompleted(
                at,
                "session-1/" + turn + "/" + i,
                false,
                new Content(HASH, 5000),
                "",
                NanoUsd.ZERO,
                NanoUsd.ZERO,
                TokenUsage.NONE,
                0));
      }
    }
    events.add(
        new ModelReplied(
            at.plusMillis(900),
            "session-1/" + (turns + 1) + "/m1",
            usage,
            bill,
            new Reply.Answered(Stop.END_TURN, "done", List.of(), content)));
    return events;
  }

  /** Nanoseconds of one repetition. */
  private record Figures(double median, double least, double most) {}

  private static Figures measure(LongSupplier what, int repetitions) {
    double[] rounds = new double[ROUNDS];
    for (int warmUp = 1; warmUp >= 0; warmUp--) {
      for (int round = 0; round < ROUNDS; round++) {
        long start = CPU.getProcessCpuTime();
        long sum = 0;
        for (int i = 0; i < repetitions; i++) {
          sum += what.getAsLong();
        }
        rounds[round] = (double) (CPU.getProcessCpuTime() - start) / repetitions;
        if (sum == 42) {
          System.out.print("");
        }
      }
    }
    Arrays.sort(rounds);
    return new Figures(rounds[ROUNDS / 2], rounds[0], rounds[ROUNDS - 1]);
  }

  private static long sink(SessionState state) {
    return state.session().sequence() + state.session().transcript().size();
  }
}
