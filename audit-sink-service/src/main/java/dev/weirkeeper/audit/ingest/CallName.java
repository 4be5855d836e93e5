package dev.weirkeeper.audit.ingest;

import java.util.Optional;

/**
 * What a call id says: {@code <session>/<turn>/<index>} for a tool call, {@code
 * <session>/<turn>/m<attempt>} for a model call. Read from the right, since a session id may hold
 * slashes.
 *
 * @param session the session
 * @param turn the turn
 * @param last the index or the attempt
 */
record CallName(String session, int turn, int last) {

  static Optional<CallName> ofTool(String id) {
    return parse(id, "");
  }

  static Optional<CallName> ofModel(String id) {
    return parse(id, "m");
  }

  static String tool(String session, int turn, int index) {
    return session + "/" + turn + "/" + index;
  }

  private static Optional<CallName> parse(String id, String mark) {
    int second = id.lastIndexOf('/');
    int first = second < 1 ? -1 : id.lastIndexOf('/', second - 1);
    if (first < 1 || !id.startsWith(mark, second + 1)) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new CallName(
              id.substring(0, first),
              Integer.parseInt(id, first + 1, second, 10),
              Integer.parseInt(id, second + 1 + mark.length(), id.length(), 10)));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }
}
