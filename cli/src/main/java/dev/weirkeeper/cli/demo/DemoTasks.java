package dev.weirkeeper.cli.demo;

import dev.weirkeeper.cli.form.TaskRequest;
import dev.weirkeeper.wire.Limits;
import dev.weirkeeper.wire.Task;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The tasks of the demo: parallel calls, calls that follow each other, an error, a limit. */
public final class DemoTasks {

  private static final Limits FEW_STEPS = Limits.newBuilder().setMaxSteps(4).build();

  private DemoTasks() {}

  /** The tasks, each in a session of its own, with fresh ids. */
  public static List<Task> create(Instant now) {
    List<Task> tasks = new ArrayList<>();
    for (String text :
        List.of(
            "What is 2^32, and can you look up user u_001?",
            "Open a ticket for u_003: \"The printer on floor 2 is jammed\"",
            "Which open tickets are there? Show me the open tickets.",
            "Please look up nobody in particular.",
            "What is (17 * 23 - 4) / 3?")) {
      tasks.add(TaskRequest.of(text).toTask(now));
    }
    tasks.add(
        new TaskRequest(
                "Please repeat yourself until you may not any more.",
                Optional.empty(),
                Optional.empty(),
                TaskRequest.DEFAULT_AGENT,
                Optional.empty(),
                Optional.of(FEW_STEPS),
                TaskRequest.DEFAULT_TENANT,
                Optional.empty(),
                Map.of())
            .toTask(now));
    return tasks;
  }
}
