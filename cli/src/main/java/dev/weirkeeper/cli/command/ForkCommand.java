package dev.weirkeeper.cli.command;

import dev.weirkeeper.cli.cluster.Cluster;
import dev.weirkeeper.cli.cluster.TopicScan;
import dev.weirkeeper.cli.follow.Course;
import dev.weirkeeper.cli.follow.TaskFollower;
import dev.weirkeeper.cli.follow.TaskRun;
import dev.weirkeeper.cli.terminal.Amounts;
import dev.weirkeeper.cli.terminal.Table;
import dev.weirkeeper.cli.terminal.Terminal;
import dev.weirkeeper.cli.trouble.ExitCode;
import dev.weirkeeper.cli.trouble.Trouble;
import dev.weirkeeper.planner.fork.ForkPlan;
import dev.weirkeeper.planner.fork.ForkRequest;
import dev.weirkeeper.planner.replay.RecordedSession;
import dev.weirkeeper.wire.ForkPart;
import dev.weirkeeper.wire.Limits;
import dev.weirkeeper.wire.ModelChoice;
import dev.weirkeeper.wire.Pins;
import dev.weirkeeper.wire.Provider;
import dev.weirkeeper.wire.SessionEvent;
import dev.weirkeeper.wire.Task;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Section.Of(Section.WORK)
@Command(
    name = "fork",
    description = {
      "Let a session go on in another way: a new session has the conversation of the old one up to an event, and goes on from there with another model, system prompt, agent or limits.",
      "Tools that had finished are not run again; their results are reused. Calls that were open are screened and gated again, destructive ones wait for a person. The old session is not touched. Follows the new session to its answer and compares the two from the event on. Returns 1 if the task did not complete."
    },
    footer = {
      "%nExamples:",
      "  weir fork SESSION --at 3 --model claude-haiku-5-5",
      "  weir fork SESSION --at 1 --as second-try"
    })
final class ForkCommand extends ClusterCommand {

  private static final int MOST_STEPS_SHOWN = 12;

  @Parameters(paramLabel = "SESSION", description = "the session to fork")
  String session = "";

  @Option(
      names = "--at",
      paramLabel = "EVENT",
      required = true,
      description = "sequence of the last event that counts, as weir show numbers them")
  long at;

  @Option(
      names = "--as",
      paramLabel = "ID",
      description = "id of the new session (default: made from the old one's)")
  @Nullable String newSession;

  @Option(names = "--model", paramLabel = "NAME", description = "another model")
  @Nullable String model;

  @Option(
      names = "--provider",
      paramLabel = "NAME",
      description =
          "whose model it is: anthropic_messages, openai_chat_completions or openai_responses (default: the agent's)")
  @Nullable Provider provider;

  @Option(
      names = "--base-url",
      paramLabel = "URL",
      description = "where the provider is (default: the agent's, or its own)")
  @Nullable String baseUrl;

  @Option(names = "--system", paramLabel = "TEXT", description = "another system prompt")
  @Nullable String system;

  @Option(
      names = "--agent",
      paramLabel = "NAME[@VERSION]",
      description = "another agent, its newest version if none is named")
  @Nullable String agent;

  @Option(names = "--max-steps", paramLabel = "N", description = "another limit of steps")
  @Nullable Integer maxSteps;

  @Option(names = "--max-tokens", paramLabel = "N", description = "another limit of tokens")
  @Nullable Long maxTokens;

  @Option(
      names = "--max-cost",
      paramLabel = "USD",
      description = "another limit of money; what the old session had used counts towards it")
  @Nullable BigDecimal maxCost;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      description = "longest wait for the answer (default: 10m)")
  Duration timeout = Duration.ofMinutes(10);

  /**
   * The two sessions from the fork on.
   *
   * @param stepsMore of the fork than of the original; fewer if negative
   * @param costMoreUsd likewise, exact
   */
  record Compared(
      String sessionId,
      long at,
      Course original,
      Course fork,
      int stepsMore,
      long tokensMore,
      String costMoreUsd) {

    static Compared of(String sessionId, long at, Course original, Course fork) {
      return new Compared(
          sessionId,
          at,
          original,
          fork,
          fork.steps() - original.steps(),
          fork.tokens() - original.tokens(),
          new BigDecimal(fork.costUsd())
              .subtract(new BigDecimal(original.costUsd()))
              .toPlainString());
    }

    String text() {
      Table table = new Table("from event " + at + " on", "original", "fork", "difference");
      table.row("session", original.sessionId(), fork.sessionId(), "");
      table.row("model", original.model(), fork.model(), "");
      table.row("ends", original.status(), fork.status(), "");
      table.row("steps", original.steps(), fork.steps(), "%+d".formatted(stepsMore));
      table.row(
          "tokens",
          Amounts.count(original.tokens()),
          Amounts.count(fork.tokens()),
          "%+d".formatted(tokensMore));
      table.row(
          "cost",
          dollars(original.costUsd()),
          dollars(fork.costUsd()),
          (costMoreUsd.startsWith("-") ? "-" : "+") + dollars(costMoreUsd.replace("-", "")));
      int rows = Math.max(original.course().size(), fork.course().size());
      for (int i = 0; i < Math.min(rows, MOST_STEPS_SHOWN); i++) {
        String before = at(original.course(), i);
        String after = at(fork.course(), i);
        table.row(i == 0 ? "calls" : "", before, after, before.equals(after) ? "" : "differs");
      }
      return rows <= MOST_STEPS_SHOWN
          ? table.toString()
          : table + "\n%d more calls; --json has them all".formatted(rows - MOST_STEPS_SHOWN);
    }

    private static String at(List<String> course, int index) {
      return index < course.size() ? course.get(index) : "-";
    }

    private static String dollars(String exact) {
      return Amounts.dollars(new BigDecimal(exact).movePointRight(9).longValueExact());
    }
  }

  /** A fork that no task goes on in yet. */
  record Waiting(String sessionId, String forkedFrom, long at, boolean ready) {}

  @Override
  ExitCode run(Cluster cluster, Terminal terminal) throws InterruptedException {
    RecordedSession recorded =
        RecordedSession.read(
                session,
                cluster.topics(),
                cluster.address().connection().consumer(),
                cluster.address().redaction())
            .orElseThrow(
                () ->
                    new Trouble(
                        ExitCode.NOT_FOUND, "the topics hold no event of a session " + session));
    String unique = UUID.randomUUID().toString().replace("-", "");
    String target =
        newSession != null ? newSession : session + "-at-" + at + "-" + unique.substring(0, 6);
    ForkRequest request = request(cluster, recorded, target, "t-" + unique.substring(0, 12));
    return switch (ForkPlan.of(recorded, at, request, cluster.topics())) {
      case ForkPlan.Outcome.Impossible(String why) -> throw new Trouble(ExitCode.NOT_FOUND, why);
      case ForkPlan.Outcome.Ready ready -> {
        terminal.note("%s goes on from event %d as %s".formatted(session, at, target));
        yield ready.task().isPresent()
            ? goOn(cluster, terminal, recorded, ready, ready.task().get())
            : wait(cluster, terminal, ready, target);
      }
    };
  }

  private ForkRequest request(
      Cluster cluster, RecordedSession recorded, String target, String task) {
    if (target.length() > 255 || !target.chars().allMatch(c -> c >= 0x20 && c <= 0x7E)) {
      throw new Trouble(
          ExitCode.USAGE,
          "a session id is 1 to 255 printable ASCII characters: name one with --as");
    }
    if (model == null && (provider != null || baseUrl != null)) {
      throw new Trouble(ExitCode.USAGE, "--provider and --base-url say whose --model is meant");
    }
    int version = agent == null ? -1 : agent.indexOf('@');
    return new ForkRequest(
        target,
        task,
        Optional.ofNullable(agent).map(name -> version < 0 ? name : name.substring(0, version)),
        Optional.ofNullable(agent)
            .filter(_ -> version >= 0)
            .map(name -> name.substring(version + 1)),
        Optional.ofNullable(model).map(name -> choice(recorded, name)),
        Optional.ofNullable(system).map(cluster.address().redaction()::apply),
        limits());
  }

  /** The model that is named, of the provider that is named or the one the session had. */
  private ModelChoice choice(RecordedSession recorded, String name) {
    Optional<ModelChoice> had = pins(recorded).map(pins -> pins.getAgent().getModel());
    Provider of =
        Optional.ofNullable(provider)
            .or(() -> had.map(ModelChoice::getProvider))
            .orElseThrow(() -> new Trouble(ExitCode.USAGE, "say whose model it is: --provider"));
    boolean same = had.isPresent() && had.get().getProvider() == of;
    return new ModelChoice(
        of, name, baseUrl != null ? baseUrl : same ? had.get().getBaseUrl() : null);
  }

  /** What the session was last pinned to at the event. */
  private Optional<Pins> pins(RecordedSession recorded) {
    Pins last = null;
    for (SessionEvent event : recorded.events()) {
      if (event.getSequence() <= at && event.getTaskPinsDigest() != null) {
        last = recorded.pins().get(event.getTaskPinsDigest());
      }
    }
    return Optional.ofNullable(last);
  }

  private Optional<Limits> limits() {
    if (maxSteps == null && maxTokens == null && maxCost == null) {
      return Optional.empty();
    }
    for (Number limit : new Number[] {maxSteps, maxTokens, maxCost}) {
      if (limit != null && limit.doubleValue() <= 0) {
        throw new Trouble(ExitCode.USAGE, "a limit is more than 0, not " + limit);
      }
    }
    return Optional.of(
        Limits.newBuilder()
            .setMaxSteps(maxSteps)
            .setMaxTokens(maxTokens)
            .setMaxCostNanoUsd(
                maxCost == null
                    ? null
                    : maxCost
                        .movePointRight(9)
                        .setScale(0, RoundingMode.DOWN)
                        .min(BigDecimal.valueOf(Long.MAX_VALUE))
                        .longValue())
            .build());
  }

  private ExitCode goOn(
      Cluster cluster,
      Terminal terminal,
      RecordedSession recorded,
      ForkPlan.Outcome.Ready ready,
      Task task)
      throws InterruptedException {
    TaskRun.Outcome outcome =
        new TaskRun(cluster, terminal, timeout)
            .run(List.of(task), () -> write(cluster, ready.parts(), task.getSessionId()));
    List<SessionEvent> events = new ArrayList<>();
    new TopicScan(cluster)
        .values(
            cluster.topics().events(),
            Optional.of(task.getSessionId()),
            read -> read.value().ifPresent(events::add));
    Course original =
        Course.of(
            recorded.events(),
            ready.at().getTaskId(),
            pins(recorded).map(pins -> pins.getAgent().getModel().getModel()).orElse(""),
            new Course.From(at, ready.underWay(), ready.stepsDone()));
    String asked = outcome.answers().isEmpty() ? "" : outcome.answers().getFirst().model();
    Course fork = Course.of(events, task.getTaskId(), asked, Course.From.START);
    Compared compared = Compared.of(session, at, original, fork);
    terminal.show(compared, () -> "\n" + compared.text());
    return outcome.exitCode();
  }

  private ExitCode wait(
      Cluster cluster, Terminal terminal, ForkPlan.Outcome.Ready ready, String target)
      throws InterruptedException {
    String[] state = {""};
    try (TaskFollower follower = TaskFollower.open(cluster)) {
      write(cluster, ready.parts(), target);
      follower.until(
          seen -> {
            if (seen instanceof TaskFollower.Seen.Happened(var event)
                && event.getSessionId().equals(target)
                && event.getType().equals("Forked")) {
              state[0] = event.getState();
            }
            return !state[0].isEmpty();
          },
          timeout);
    }
    boolean done = state[0].equals("Idle");
    terminal.show(
        new Waiting(target, session, at, done),
        () ->
            done
                ? "no task was under way: go on with weir submit --session " + target
                : "no planner took the fork up within %d s".formatted(timeout.toSeconds()));
    return done ? ExitCode.DONE : ExitCode.OUTCOME;
  }

  private static void write(Cluster cluster, List<ForkPart> parts, String target)
      throws InterruptedException {
    cluster.write(
        cluster.topics().forks(),
        parts.stream().map(part -> new Cluster.Keyed<>(target, part)).toList());
  }
}
