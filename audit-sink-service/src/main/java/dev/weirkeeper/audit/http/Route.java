package dev.weirkeeper.audit.http;

import dev.weirkeeper.audit.access.Right;

/**
 * One thing that can be asked for.
 *
 * @param method HTTP method
 * @param path with parameters as {@code {name}}, or {@code <name>} where they may hold slashes
 * @param right what the token must allow
 * @param answering makes the answer
 */
record Route(String method, String path, Right right, Answering answering) {

  /** Makes an answer. */
  @FunctionalInterface
  interface Answering {
    Answer answer(Request request) throws Exception;
  }

  /**
   * An answer.
   *
   * @param status HTTP status
   * @param body goes out as JSON
   */
  record Answer(int status, Object body) {

    /** What the connection carried is the answer. */
    static final Answer WRITTEN = new Answer(0, "");

    /** True if nothing is left to be written. */
    boolean written() {
      return status == 0;
    }

    static Answer ok(Object body) {
      return new Answer(200, body);
    }

    static Answer accepted(Object body) {
      return new Answer(202, body);
    }
  }

  static Route get(String path, Right right, Answering answering) {
    return new Route("GET", path, right, answering);
  }

  static Route post(String path, Right right, Answering answering) {
    return new Route("POST", path, right, answering);
  }
}
