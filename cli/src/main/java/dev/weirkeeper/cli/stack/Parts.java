package dev.weirkeeper.cli.stack;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The parts of a stack that run, in the order they were started, so that they can be stopped in the
 * opposite one. Thread-safe.
 */
final class Parts implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Parts.class);

  private final Deque<Part> running = new ArrayDeque<>();
  private boolean closed;

  private record Part(String name, AutoCloseable handle) {}

  /** Something that starts a part. */
  @FunctionalInterface
  interface Starter<T extends AutoCloseable> {
    T start() throws Exception;
  }

  /**
   * Remembers a part that was started.
   *
   * @throws IllegalStateException if the stack has been stopped meanwhile; the part is stopped too
   */
  synchronized <T extends AutoCloseable> T add(String name, T handle) {
    if (closed) {
      stop(new Part(name, handle));
      throw new IllegalStateException("the stack was stopped while " + name + " started");
    }
    running.push(new Part(name, handle));
    return handle;
  }

  /** Stops every part, last started first. One that does not stop well keeps no other running. */
  @Override
  public synchronized void close() {
    closed = true;
    while (!running.isEmpty()) {
      stop(running.pop());
    }
  }

  private static void stop(Part part) {
    long start = System.nanoTime();
    try {
      part.handle.close();
      LOG.info("{} stopped in {} ms", part.name, (System.nanoTime() - start) / 1_000_000);
    } catch (Exception e) {
      // What was committed is on disk; the next start recovers from a part that stopped badly.
      LOG.error("{} did not stop well", part.name, e);
    }
  }
}
