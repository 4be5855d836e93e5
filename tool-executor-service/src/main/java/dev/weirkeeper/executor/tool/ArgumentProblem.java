package dev.weirkeeper.executor.tool;

/**
 * One thing that is wrong with a call's arguments, in words a model can act on.
 *
 * @param path where, as a JSON pointer; empty for the arguments as a whole
 * @param expected what the schema asks for there
 * @param got what is there instead, cut short
 * @param hint what to do; empty if the expectation says it all
 */
public record ArgumentProblem(String path, String expected, String got, String hint) {

  /** All of it in one sentence. */
  public String message() {
    String where = path.isEmpty() ? "the arguments" : path;
    return where + ": expected " + expected + ", got " + got;
  }
}
