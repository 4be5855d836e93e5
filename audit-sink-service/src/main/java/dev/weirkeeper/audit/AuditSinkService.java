package dev.weirkeeper.audit;

import dev.weirkeeper.audit.alert.Watch;
import dev.weirkeeper.audit.alert.Webhook;
import dev.weirkeeper.audit.chain.RootPublisher;
import dev.weirkeeper.audit.ingest.Ingest;
import dev.weirkeeper.audit.ingest.IngestMetrics;
import dev.weirkeeper.audit.store.Database;
import dev.weirkeeper.audit.store.DayPartitions;
import dev.weirkeeper.audit.store.Retention;
import dev.weirkeeper.operations.cluster.ClusterFitness;
import dev.weirkeeper.operations.health.Check;
import dev.weirkeeper.operations.trace.Tracing;
import dev.weirkeeper.schemas.topic.Topics;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The audit sink: reads every topic of the catalogue into the audit store.
 *
 * <p>Starting never waits: a store or a cluster that is not there yet is waited for in the
 * background, and {@link #ready} says so. Any number may run in one JVM or in many; they share the
 * partitions. Thread-safe; closing twice is harmless.
 */
public final class AuditSinkService implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(AuditSinkService.class);

  private static final Duration RETRY = Duration.ofSeconds(1);
  private static final Duration ALERT_INTERVAL = Duration.ofSeconds(1);
  private static final Duration RETENTION_INTERVAL = Duration.ofHours(1);

  private final AuditSinkConfig config;
  private final Database database;
  private final IngestMetrics metrics;
  private final Tracing tracing;
  private final InstantSource clock;
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final Thread starter;

  private final DayPartitions days = new DayPartitions();

  private volatile @Nullable Ingest ingest;
  private final List<Chores> busy = new CopyOnWriteArrayList<>();
  private volatile Optional<String> missing = Optional.of("Kafka and the audit store");
  private volatile Optional<String> failure = Optional.empty();

  private AuditSinkService(
      AuditSinkConfig config,
      Database database,
      MeterRegistry registry,
      Tracing tracing,
      InstantSource clock) {
    this.config = config;
    this.database = database;
    this.metrics = new IngestMetrics(registry);
    this.tracing = tracing;
    this.clock = clock;
    this.starter = Thread.ofPlatform().name("audit-start").unstarted(this::open);
  }

  /** Starts with these settings, without traces. */
  public static AuditSinkService start(AuditSinkConfig config, MeterRegistry registry) {
    return start(config, registry, Tracing.off(), InstantSource.system());
  }

  /**
   * Starts with these settings.
   *
   * @param tracing reports batches; the caller's to close
   * @param clock tells which days get partitions and what is past its retention; no row depends on
   *     it
   */
  public static AuditSinkService start(
      AuditSinkConfig config, MeterRegistry registry, Tracing tracing, InstantSource clock) {
    AuditSinkService service =
        new AuditSinkService(config, Database.open(config.postgres()), registry, tracing, clock);
    service.starter.start();
    return service;
  }

  /** The audit store. */
  public Database database() {
    return database;
  }

  /** Conditions of doing its work: the store open, partitions assigned, caught up once. */
  public List<Check> ready() {
    return List.of(
        () -> missing,
        () -> {
          Ingest running = ingest;
          return running == null ? Optional.empty() : running.waitingFor();
        });
  }

  /** Conditions of being alive: nothing has stopped for good. */
  public List<Check> live() {
    return List.of(
        () -> failure,
        () -> {
          Ingest running = ingest;
          return running == null ? Optional.empty() : running.failure();
        });
  }

  /** Finishes the batches at hand, leaves the group and lets go of the store. */
  @Override
  public void close() {
    stopping.countDown();
    try {
      starter.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    busy.forEach(Chores::close);
    Ingest running = ingest;
    if (running != null) {
      running.close();
    }
    database.close();
  }

  /** Alerts have a thread of their own: they must not wait for roots or for a receiver's answer. */
  private Chores alerts(Ingest running) {
    Watch watch =
        new Watch(
            database,
            config.alerts(),
            new Topics(config.kafka().topicPrefix()),
            config.kafka().serde(),
            running.producer(),
            clock);
    Chores started = new Chores(() -> running.waitingFor().isEmpty());
    started.every(ALERT_INTERVAL, "look for what needs an alert", watch::look);
    return started;
  }

  private Chores deliveries(Ingest running, Webhook sender) {
    Chores started = new Chores(() -> running.waitingFor().isEmpty());
    started.every(ALERT_INTERVAL, "deliver alerts", sender::send);
    return started;
  }

  private Chores chores(Ingest running) {
    RootPublisher roots =
        new RootPublisher(
            database,
            running.openRuns(),
            new Topics(config.kafka().topicPrefix()),
            config.kafka().serde(),
            running.producer(),
            clock);
    Retention retention = new Retention(database, days, config.retention(), clock);
    Chores started = new Chores(() -> running.waitingFor().isEmpty());
    started.every(config.rootInterval(), "publish roots", () -> roots.publish(running.owners()));
    started.every(RETENTION_INTERVAL, "drop old days", retention::apply);
    return started;
  }

  /**
   * Waits for the cluster and refuses one whose transactions can't be trusted.
   *
   * @return false if the sink was stopped meanwhile
   */
  private boolean awaitFitCluster() throws InterruptedException {
    String servers = config.kafka().bootstrapServers();
    while (stopping.getCount() > 0) {
      try (Admin admin = Admin.create(config.kafka().admin())) {
        new ClusterFitness(admin, servers).requireTransactions();
        return true;
      } catch (ExecutionException e) {
        Throwable cause = e.getCause() == null ? e : e.getCause();
        log.warn("waiting for Kafka at {}: {}", servers, cause.toString());
        missing = Optional.of("Kafka at " + servers);
        stopping.await(RETRY.toMillis(), TimeUnit.MILLISECONDS);
      }
    }
    return false;
  }

  private void open() {
    try {
      if (!awaitFitCluster()) {
        return;
      }
      while (true) {
        try {
          database.migrate();
          break;
        } catch (SQLException e) {
          String waiting = "PostgreSQL: " + Database.reason(e);
          if (!Optional.of(waiting).equals(missing)) {
            log.warn("waiting for {}", waiting);
          }
          missing = Optional.of(waiting);
          if (stopping.await(RETRY.toMillis(), TimeUnit.MILLISECONDS)) {
            return;
          }
        }
      }
      if (stopping.getCount() > 0) {
        Ingest started =
            Ingest.start(
                config.kafka(),
                config.ingest(),
                database,
                days,
                metrics,
                tracing,
                clock,
                config.redaction());
        ingest = started;
        missing = Optional.empty();
        busy.add(chores(started));
        busy.add(alerts(started));
        Webhook sender = Webhook.of(database, config.alerts(), clock);
        if (sender != null) {
          busy.add(deliveries(started, sender));
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      log.error("the audit sink can't start: {}", e.getMessage(), e);
      failure = Optional.of("the audit sink can't start: " + e.getMessage());
    }
  }
}
