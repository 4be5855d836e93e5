package dev.weirkeeper.cli.command;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Who acts, for the log. A claim, not a proof: rights are Kafka's to check. */
final class Person {

  @Option(names = "--as", paramLabel = "NAME", description = "who acts (default: the login name)")
  @Nullable String given;

  String name() {
    return given != null ? given : System.getProperty("user.name", "unknown");
  }
}
