package dev.weirkeeper.system.process;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;

/**
 * Runs another main class, and ends the process when its standard input ends: whoever started it
 * holds the other end, and is gone then.
 */
final class Leashed {

  private static final int ORPHANED = 86;

  private Leashed() {}

  /** The first argument is the class; the others are its own. */
  public static void main(String[] arguments) throws Throwable {
    hold(() -> Runtime.getRuntime().halt(ORPHANED));
    try {
      Class.forName(arguments[0])
          .getMethod("main", String[].class)
          .invoke(null, (Object) Arrays.copyOfRange(arguments, 1, arguments.length));
    } catch (InvocationTargetException e) {
      throw e.getCause() == null ? e : e.getCause();
    }
  }

  /** Runs an action once standard input ends. */
  static void hold(Runnable onEnd) {
    Thread.ofPlatform()
        .daemon()
        .name("leash")
        .start(
            () -> {
              try {
                while (System.in.read() >= 0) {
                  // nobody writes; what counts is the end
                }
              } catch (IOException e) {
                // the same as an end
              }
              onEnd.run();
            });
  }
}
