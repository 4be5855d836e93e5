package dev.weirkeeper.executor;

import dev.weirkeeper.local.broker.EmbeddedBroker;
import dev.weirkeeper.local.postgres.LocalPostgres;
import java.util.concurrent.atomic.AtomicInteger;

/** One broker and one PostgreSQL for all tests of this JVM, started when first asked for. */
public final class Backing {

  private static final AtomicInteger DATABASES = new AtomicInteger();

  private Backing() {}

  private static final class Broker {
    static final EmbeddedBroker RUNNING = start();

    private static EmbeddedBroker start() {
      EmbeddedBroker broker = EmbeddedBroker.ephemeral();
      Runtime.getRuntime().addShutdownHook(new Thread(broker::close));
      return broker;
    }
  }

  private static final class Postgres {
    static final LocalPostgres RUNNING = start();

    private static LocalPostgres start() {
      LocalPostgres postgres = LocalPostgres.ephemeral();
      Runtime.getRuntime().addShutdownHook(new Thread(postgres::close));
      return postgres;
    }
  }

  /** Address of the broker. */
  public static String bootstrapServers() {
    return Broker.RUNNING.bootstrapServers();
  }

  /** JDBC URL of an empty database of its own. */
  public static String newDatabase() {
    return Postgres.RUNNING.createDatabase("t" + DATABASES.incrementAndGet());
  }
}
