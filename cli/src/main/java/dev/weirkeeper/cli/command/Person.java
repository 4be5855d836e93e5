package dev.weirkeeper.cli.command;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Who acts, for the log. A claim, not a proof: rights are Kafka's to check. */
final class Person {

  @Option(names = "--as", paramLabel = "NAME", description = "who acts (default: the login name)")
  @Nullable String given;

  /** How the planner's answer follows on what was written. */
  static String planner(@Nullable String answer) {
    return answer == null
        ? "\nno planner has answered yet: it stands on the topic and will be taken in"
        : "\nthe planner: " + answer;
  }

  String name() {
    return given != null ? given : System.getProperty("user.name", "unknown");
  }
}
