package dev.weirkeeper.system.bench;

import dev.weirkeeper.executor.tool.Param;
import dev.weirkeeper.executor.tool.Tool;

/** A tool that costs nothing, so that what is around it can be measured. */
public final class EchoTool {

  /** Its name. */
  static final String NAME = "echo";

  /** Its only argument. */
  static final String ARGUMENT = "text";

  /** A pool of its own: the built-in tools' executor takes no part. */
  static final String POOL = "bench";

  /** What it takes. */
  public record Input(@Param("text to give back") String text) {}

  /** Gives back what it gets. */
  @Tool(
      name = NAME,
      description = "Gives back the text it is given.",
      readOnly = true,
      pool = POOL,
      maxResultBytes = 1 << 20)
  public String echo(Input input) {
    return input.text();
  }
}
