package dev.weirkeeper.system.process;

import dev.weirkeeper.local.postgres.LocalPostgres;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/**
 * Looks after a PostgreSQL server, which is a process of its own: starts it, and stops it when the
 * process that started this one is gone or lets go.
 */
final class PostgresMain {

  private PostgresMain() {}

  /**
   * Runs until standard input ends.
   *
   * @param arguments data directory, port, and the databases to create
   */
  public static void main(String[] arguments) throws InterruptedException {
    CountDownLatch released = new CountDownLatch(1);
    Leashed.hold(released::countDown);
    try (LocalPostgres server =
        LocalPostgres.start(Path.of(arguments[0]), Integer.parseInt(arguments[1]))) {
      for (int i = 2; i < arguments.length; i++) {
        server.createDatabase(arguments[i]);
      }
      released.await();
    }
  }
}
