package dev.weirkeeper.cli.follow;

import dev.weirkeeper.cli.cluster.Cluster;
import dev.weirkeeper.cli.terminal.Amounts;
import dev.weirkeeper.cli.terminal.Terminal;
import dev.weirkeeper.cli.terminal.Terminal.Style;
import dev.weirkeeper.cli.trouble.ExitCode;
import dev.weirkeeper.wire.Task;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Produces tasks and follows them to their answers. Answers are results and appear as they come;
 * what happens until then is progress.
 */
public final class TaskRun {

  private static final int TEXT = 100;

  private final Cluster cluster;
  private final Terminal terminal;
  private final Duration patience;

  /**
   * Runs tasks on a cluster.
   *
   * @param patience longest wait for the last answer
   */
  public TaskRun(Cluster cluster, Terminal terminal, Duration patience) {
    this.cluster = cluster;
    this.terminal = terminal;
    this.patience = patience;
  }

  /**
   * How a run ended.
   *
   * @param answers in the order they came
   * @param open ids of tasks without one
   */
  public record Outcome(List<Answer> answers, List<String> open) {

    /** Done if every task is complete. */
    public ExitCode exitCode() {
      return open.isEmpty() && answers.stream().allMatch(Answer::complete)
          ? ExitCode.DONE
          : ExitCode.OUTCOME;
    }
  }

  /** Writes what makes tasks begin. */
  public interface Start {
    void write() throws InterruptedException;
  }

  /** Produces the tasks and returns when each has its result or the time is over. */
  public Outcome run(List<Task> tasks) throws InterruptedException {
    return run(
        tasks,
        () ->
            cluster.write(
                cluster.topics().tasks(),
                tasks.stream()
                    .map(task -> new Cluster.Keyed<>(task.getSessionId(), task))
                    .toList()));
  }

  /** The same for tasks that begin in another way. */
  public Outcome run(List<Task> tasks, Start start) throws InterruptedException {
    List<Answer> answers = new ArrayList<>();
    Map<String, Task> open = new LinkedHashMap<>();
    Map<String, String> names = new HashMap<>();
    for (Task task : tasks) {
      String key = key(task.getSessionId(), task.getTaskId());
      open.put(key, task);
      names.put(key, tasks.size() == 1 ? "" : "[%d] ".formatted(open.size()));
      terminal.note(
          terminal.styled(Style.BOLD, names.get(key) + "task " + task.getTaskId())
              + "  "
              + Amounts.head(task.getText(), TEXT));
    }
    try (TaskFollower follower = TaskFollower.open(cluster)) {
      start.write();
      follower.until(
          seen -> {
            switch (seen) {
              case TaskFollower.Seen.Happened(var event) -> {
                String name = names.get(key(event.getSessionId(), event.getTaskId()));
                if (name != null) {
                  String progress = Happening.of(event).progress(name);
                  if (!progress.isEmpty()) {
                    terminal.note(terminal.styled(Style.FAINT, progress));
                  }
                }
              }
              case TaskFollower.Seen.Ended(var result) -> {
                String key = key(result.getSessionId(), result.getTaskId());
                if (open.remove(key) != null) {
                  Answer answer = Answer.of(result);
                  answers.add(answer);
                  terminal.show(
                      answer,
                      () ->
                          terminal.styled(Style.BOLD, names.getOrDefault(key, ""))
                              + answer.text(terminal));
                }
              }
            }
            return open.isEmpty();
          },
          patience);
    }
    List<String> unanswered = open.values().stream().map(Task::getTaskId).toList();
    if (!unanswered.isEmpty()) {
      terminal.note(
          "no answer within %d s for %s: the tasks go on; weir watch shows their results"
              .formatted(patience.toSeconds(), String.join(", ", unanswered)));
    }
    return new Outcome(answers, unanswered);
  }

  private static String key(String session, String task) {
    return session + '\n' + task;
  }
}
