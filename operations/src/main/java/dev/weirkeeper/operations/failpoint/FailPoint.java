package dev.weirkeeper.operations.failpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An instant that a process may be told to die at, without a shutdown hook or a finally block being
 * run, as if it had been killed from outside.
 *
 * <p>One at a time is armed, by a system property of the form {@code name[:hit[:linger]]}: the hit
 * on which it dies, the first if not said, and how many milliseconds it lets its other threads go
 * on before, 0 if not said. Or the property is {@code @} and the name of a file that says so, now
 * or later, so that a running process can be armed. Without the property a point costs a comparison
 * with a constant. Thread-safe.
 */
public final class FailPoint {

  /** The system property that arms one. */
  public static final String PROPERTY = "weirkeeper.failpoint";

  /** What a process that died at one exits with. */
  public static final int EXIT = 77;

  private static final @Nullable Arms ARMS = Arms.of(System.getProperty(PROPERTY, ""));

  private FailPoint() {}

  /**
   * Says that a process is at an instant; returns unless it is to die here.
   *
   * @param name service, a dot, what has just happened: {@code executor.result-sent}
   */
  public static void reached(String name) {
    Arms arms = ARMS;
    if (arms != null) {
      arms.armed().filter(armed -> armed.diesAt(name)).ifPresent(FailPoint::die);
    }
  }

  private static void die(Armed armed) {
    long end = System.nanoTime() + armed.lingerMillis * 1_000_000;
    try {
      while (System.nanoTime() < end) {
        Thread.sleep(1);
      }
    } catch (InterruptedException e) {
      // It dies a little earlier than it was told to.
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().halt(EXIT);
  }

  /** Where it says what is armed. */
  interface Arms {
    Optional<Armed> armed();

    static @Nullable Arms of(String property) {
      if (property.isEmpty()) {
        return null;
      }
      if (property.startsWith("@")) {
        return new FileArms(Path.of(property.substring(1)));
      }
      Optional<Armed> armed = Optional.of(Armed.parse(property));
      return () -> armed;
    }
  }

  /** A file that may come, change and go. */
  private static final class FileArms implements Arms {
    private final Path file;
    private @Nullable FileTime read;
    private Optional<Armed> armed = Optional.empty();

    FileArms(Path file) {
      this.file = file;
    }

    @Override
    public synchronized Optional<Armed> armed() {
      try {
        FileTime written = Files.getLastModifiedTime(file);
        if (!written.equals(read)) {
          armed = Optional.of(Armed.parse(Files.readString(file).strip()));
          read = written;
        }
      } catch (NoSuchFileException e) {
        armed = Optional.empty();
        read = null;
      } catch (IOException e) {
        throw new IllegalStateException("what is armed can't be read from " + file, e);
      }
      return armed;
    }
  }

  /** The one that is armed. */
  static final class Armed {
    final long lingerMillis;
    private final String name;
    private int hitsLeft;

    private Armed(String name, int hit, long lingerMillis) {
      this.name = name;
      this.hitsLeft = hit;
      this.lingerMillis = lingerMillis;
    }

    /**
     * Reads what is armed.
     *
     * @throws IllegalArgumentException if it is of another form: a test that would kill nothing
     *     must not pass
     */
    static Armed parse(String text) {
      if (!text.matches("[a-z-]+\\.[a-z-]+(:[1-9][0-9]{0,8}(:[0-9]{1,6})?)?")) {
        throw new IllegalArgumentException(
            PROPERTY + " is '" + text + "', must be like executor.result-sent:3:20");
      }
      String[] parts = text.split(":", -1);
      return new Armed(
          parts[0],
          parts.length > 1 ? Integer.parseInt(parts[1]) : 1,
          parts.length > 2 ? Long.parseLong(parts[2]) : 0);
    }

    synchronized boolean diesAt(String reached) {
      return name.equals(reached) && --hitsLeft == 0;
    }
  }
}
