package dev.weirkeeper.cli.form;

import java.util.List;

/** What became of one line of a task file. */
public sealed interface TaskLine {

  /** Where it stands in the file, from 1. */
  int number();

  /**
   * A line that is a task.
   *
   * @param request the task
   */
  record Read(int number, TaskRequest request) implements TaskLine {}

  /**
   * A line that is none.
   *
   * @param problems what is wrong with it, in words; one at least
   */
  record Refused(int number, List<String> problems) implements TaskLine {}
}
