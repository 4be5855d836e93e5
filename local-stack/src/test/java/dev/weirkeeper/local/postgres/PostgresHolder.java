package dev.weirkeeper.local.postgres;

import java.nio.file.Path;

/** A process that runs a server until it is killed. */
final class PostgresHolder {

  static final String READY = "ready ";

  private PostgresHolder() {}

  @SuppressWarnings("SystemOut") // It is read by the process that started this one.
  public static void main(String[] args) throws InterruptedException {
    LocalPostgres server = LocalPostgres.start(Path.of(args[0]), 0);
    System.out.println(READY + server.createDatabase("ledger"));
    Thread.currentThread().join();
  }
}
