package dev.weirkeeper.cli.terminal;

import dev.weirkeeper.cli.trouble.ExitCode;
import dev.weirkeeper.cli.trouble.Trouble;
import java.io.Console;
import java.io.PrintStream;
import java.util.Optional;
import java.util.function.Supplier;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/** Where a command writes. Thread-safe: lines of several threads never mix. */
public final class Terminal {

  /** How something is marked where colour is shown. */
  public enum Style {
    PLAIN(""),
    BOLD("\u001b[1m"),
    FAINT("\u001b[2m"),
    GOOD("\u001b[32m"),
    WARNING("\u001b[33m"),
    BAD("\u001b[31m");

    private final String code;

    Style(String code) {
      this.code = code;
    }
  }

  private static final String RESET = "\u001b[0m";
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(StreamWriteFeature.WRITE_BIGDECIMAL_AS_PLAIN)
          .build();

  private static final String REWRITE = "\r\u001b[K";

  private final PrintStream out;
  private final PrintStream err;
  private final boolean json;
  private final boolean colour;
  private boolean rewriting;

  /**
   * A terminal on two streams.
   *
   * @param json results as JSON, one object per line
   * @param colour whether styles are shown
   */
  public Terminal(PrintStream out, PrintStream err, boolean json, boolean colour) {
    this.out = out;
    this.err = err;
    this.json = json;
    this.colour = colour;
  }

  /**
   * The terminal of this process: in colour if one is attached and neither {@code NO_COLOR} nor
   * {@code TERM=dumb} is set.
   */
  public static Terminal ofProcess(boolean json) {
    boolean attached =
        Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent()
            && System.getenv("NO_COLOR") == null
            && !"dumb".equals(System.getenv("TERM"));
    return new Terminal(System.out, System.err, json, attached && !json);
  }

  /** True if results are JSON. */
  public boolean json() {
    return json;
  }

  /**
   * Shows a result: as JSON, or as its text.
   *
   * @throws Trouble if nobody reads the output any more
   */
  public synchronized void show(Object result, Supplier<String> text) {
    clear();
    out.println(json ? JSON.writeValueAsString(result) : text.get());
    if (out.checkError()) {
      throw new Trouble(ExitCode.INTERRUPTED, "whoever read the output has closed it");
    }
  }

  /** Says something that is no result. */
  public synchronized void note(String line) {
    clear();
    err.println(line);
    err.flush();
  }

  /** Says how far something is that takes long: in one line that rewrites itself, or not at all. */
  public synchronized void progress(String line) {
    if (colour) {
      err.print(REWRITE + styled(Style.FAINT, line));
      err.flush();
      rewriting = true;
    }
  }

  private void clear() {
    if (rewriting) {
      err.print(REWRITE);
      err.flush();
      rewriting = false;
    }
  }

  /** Marks text where colour is shown. */
  public String styled(Style style, String text) {
    return colour && style != Style.PLAIN ? style.code + text + RESET : text;
  }
}
