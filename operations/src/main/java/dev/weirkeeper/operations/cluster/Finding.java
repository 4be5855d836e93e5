package dev.weirkeeper.operations.cluster;

/**
 * Something about a cluster that does not fit.
 *
 * @param what is wrong, a sentence without its full stop
 * @param fix the exact command or action that puts it right
 */
public record Finding(String what, String fix) {

  @Override
  public String toString() {
    return what + ". Fix: " + fix;
  }
}
