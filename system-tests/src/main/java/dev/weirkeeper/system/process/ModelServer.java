package dev.weirkeeper.system.process;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The model that the planners of a stack call. */
public sealed interface ModelServer {

  /** Answers from a scenario and writes down every request it charges. */
  record Rehearsal(Path scenario) implements ModelServer {}

  /**
   * Calls a tool so many times, then ends; see {@link dev.weirkeeper.local.rehearsal.BenchModel}.
   *
   * @param calls tool calls of a conversation
   * @param tool the tool to call
   * @param argument its one argument
   * @param payload characters of it, at least
   * @param latency time before an answer
   */
  record Bench(int calls, String tool, String argument, int payload, Duration latency)
      implements ModelServer {}

  /** One that runs already. */
  record Elsewhere(URI baseUrl) implements ModelServer {}

  /** Arguments of {@link ModelMain}; none for one that runs already. */
  default List<String> arguments(int port, Path charges) {
    return switch (this) {
      case Rehearsal(Path scenario) ->
          List.of(
              ModelMain.REHEARSAL, Integer.toString(port), scenario.toString(), charges.toString());
      case Bench(int calls, String tool, String argument, int payload, Duration latency) ->
          List.of(
              ModelMain.BENCH,
              Integer.toString(port),
              Integer.toString(calls),
              tool,
              argument,
              Integer.toString(payload),
              Long.toString(latency.toMillis()));
      case Elsewhere _ -> List.of();
    };
  }
}
