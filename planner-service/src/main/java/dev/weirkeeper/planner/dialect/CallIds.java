package dev.weirkeeper.planner.dialect;

import java.util.HashSet;
import java.util.Set;

/**
 * Gives every call of one reply an id of its own. An id that came twice, or not at all, is replaced
 * by one derived from turn and place, so that the answers can be told apart and a replay finds the
 * same ids.
 */
final class CallIds {

  private final int turn;
  private final Set<String> used = new HashSet<>();
  private int place;

  CallIds(int turn) {
    this.turn = turn;
  }

  /** The id to use for the next call: the given one if it can be. */
  String next(String given) {
    int here = place++;
    if (!given.isBlank() && used.add(given)) {
      return given;
    }
    String derived = "call_" + turn + "_" + here;
    while (!used.add(derived)) {
      derived += "x";
    }
    return derived;
  }
}
