package dev.weirkeeper.executor;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.weirkeeper.executor.ExecutorConfig.DeliveryMode;
import dev.weirkeeper.executor.ExecutorConfig.JournalConfig;
import dev.weirkeeper.executor.journal.ExecutionJournal;
import dev.weirkeeper.executor.journal.JournalUnavailableException;
import dev.weirkeeper.executor.result.FileResultStore;
import dev.weirkeeper.executor.result.PostgresResultStore;
import dev.weirkeeper.executor.result.ReadResult;
import dev.weirkeeper.executor.result.ResultLimit;
import dev.weirkeeper.executor.result.ResultStore;
import dev.weirkeeper.executor.tool.ToolCatalogue;
import dev.weirkeeper.executor.tool.ToolDeclaration;
import dev.weirkeeper.executor.worker.Cancellations;
import dev.weirkeeper.executor.worker.Equipment;
import dev.weirkeeper.executor.worker.ExecutorMetrics;
import dev.weirkeeper.executor.worker.Outbox;
import dev.weirkeeper.executor.worker.PoolWorker;
import dev.weirkeeper.operations.config.Secret;
import dev.weirkeeper.operations.redaction.Redaction;
import dev.weirkeeper.operations.trace.Tracing;
import dev.weirkeeper.schemas.serde.RegistryUnavailableException;
import dev.weirkeeper.schemas.topic.Topics;
import dev.weirkeeper.wire.ToolDefinition;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.flywaydb.core.api.FlywayException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An executor: offers tools, takes their calls and answers them until it is stopped. Runs alone in
 * a process or beside other services in one. Thread-safe.
 *
 * <p>{@link #start} returns at once; what is not there yet (a topic, the database, the registry) is
 * waited for, and {@link #waitingFor} says so. A cluster that would break the promises is refused:
 * {@link #failure} says why.
 */
public final class ToolExecutorService implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ToolExecutorService.class);

  private static final Duration BETWEEN_TRIES = Duration.ofSeconds(1);
  private static final Duration CLEANING = Duration.ofHours(1);
  private static final Duration LOOK = Duration.ofMillis(20);
  private static final Duration KNOWN_CONTROLS = Duration.ofSeconds(10);

  private final ExecutorConfig config;
  private final Collection<?> given;
  private final MeterRegistry metrics;
  private final Tracing tracing;
  private final String id;
  private final Thread starting;
  private final ScheduledExecutorService cleaning =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("executor-cleaning").factory());
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();
  private final List<PoolWorker> workers = new CopyOnWriteArrayList<>();
  private volatile String stage = "the executor to be started";
  private volatile boolean started;
  private volatile boolean stopping;
  private volatile @Nullable Throwable failure;

  /**
   * An executor that has not been started.
   *
   * @param tools as {@link ToolCatalogue#of(Collection)} takes them; checked here
   * @throws IllegalArgumentException if one of them is declared wrongly, or has side effects and
   *     there is no journal
   */
  public ToolExecutorService(
      ExecutorConfig config, Collection<?> tools, MeterRegistry metrics, Tracing tracing) {
    this.config = config;
    this.given = List.copyOf(tools);
    this.metrics = metrics;
    this.tracing = tracing;
    this.id = config.id().orElseGet(() -> "executor-" + UUID.randomUUID());
    this.starting = Thread.ofPlatform().name("executor-start").unstarted(this::begin);
    refuseUnrecorded(ToolCatalogue.of(given));
  }

  private void refuseUnrecorded(ToolCatalogue catalogue) {
    List<String> effects =
        catalogue.entries().stream()
            .map(ToolCatalogue.Entry::declaration)
            .filter(tool -> !tool.effect().readOnly())
            .map(ToolDeclaration::name)
            .toList();
    if (config.journal().url().isEmpty() && !effects.isEmpty()) {
      throw new IllegalArgumentException(
          "these tools have side effects, so their calls must be recorded: "
              + String.join(", ", effects)
              + ". Set executor.journal.url to a PostgreSQL database, or declare those that change"
              + " nothing read-only.");
    }
  }

  /** Id of this executor, as results name it. */
  public String id() {
    return id;
  }

  /** Begins. */
  public void start() {
    starting.start();
  }

  /** What it waits for before it serves all its pools, if anything. */
  public Optional<String> waitingFor() {
    if (!started) {
      return Optional.of(stage);
    }
    return workers.stream().map(PoolWorker::waitingFor).flatMap(Optional::stream).findFirst();
  }

  /** Why it can't go on, if it can't. */
  public Optional<Throwable> failure() {
    return Optional.ofNullable(failure)
        .or(() -> workers.stream().map(PoolWorker::failure).flatMap(Optional::stream).findFirst());
  }

  /**
   * Waits until it serves all its pools.
   *
   * @throws IllegalStateException if it can't, or does not within the time
   */
  public void awaitReady(Duration atMost) throws InterruptedException {
    long end = System.nanoTime() + atMost.toNanos();
    while (waitingFor().isPresent()) {
      if (failure().isPresent()) {
        throw new IllegalStateException("the executor can't serve", failure().get());
      }
      if (System.nanoTime() > end) {
        throw new IllegalStateException(
            "the executor still waits for " + waitingFor().orElse("nothing"));
      }
      Thread.sleep(LOOK);
    }
  }

  /** The calls in hand, of all pools. */
  public List<PoolWorker.Running> running() {
    return workers.stream().flatMap(worker -> worker.running().stream()).toList();
  }

  private void begin() {
    try {
      serve();
      started = true;
      LOG.info("executor {} takes calls", id);
    } catch (InterruptedException e) {
      LOG.info("executor {} is stopped before it took calls", id);
    } catch (RuntimeException | Error e) {
      failure = e;
      LOG.error("executor {} can't serve", id, e);
    }
  }

  private void serve() throws InterruptedException {
    Optional<ExecutionJournal> journal = journal();
    Optional<ResultStore> store = resultStore(journal);
    Topics topics = new Topics(config.connection().topicPrefix());
    ToolCatalogue catalogue = catalogue(store);
    Set<String> pools = pools(catalogue);

    stage = "Kafka at " + config.connection().bootstrapServers();
    Bootstrap bootstrap = new Bootstrap(config.connection(), topics);
    boolean share = config.delivery() == DeliveryMode.SHARE;
    int lastDelivery =
        untilItWorks(() -> bootstrap.prepare(pools, share)).orElse(config.deliveryLimit());

    Outbox outbox =
        open(
            new Outbox(
                topics,
                config.connection().producer(),
                config.connection().serde(),
                config.redaction()));
    stage = "topic " + topics.tools().name() + " and the schema registry, to publish the tools";
    for (ToolDefinition definition : catalogue.definitions()) {
      untilItWorks(() -> outbox.publish(definition).get());
    }

    Cancellations cancellations =
        open(
            new Cancellations(
                topics.controls().name(),
                config.connection().consumer(),
                config.connection().serde()));
    Equipment equipment =
        new Equipment(
            id,
            journal,
            new ResultLimit(store, config.results().maxBytes()),
            config.redactResults() ? config.redaction() : Redaction.none(),
            outbox,
            cancellations,
            new ExecutorMetrics(metrics),
            tracing,
            Clock.systemUTC());
    cancellations.start();
    stage = cancellations.waitingFor().orElse("");
    while (!cancellations.awaitCaughtUp(KNOWN_CONTROLS)) {
      LOG.warn("still waiting for {}", stage);
    }

    for (String pool : pools) {
      workers.add(
          PoolWorker.start(
              pool,
              of(pool, catalogue),
              equipment,
              config.connection(),
              topics,
              new PoolWorker.Intake(
                  share,
                  config.concurrency(),
                  config.backlog(),
                  config.lanes(),
                  lastDelivery,
                  config.rate(),
                  config.journal().lease())));
    }
    clean(journal, store);
  }

  private Optional<ExecutionJournal> journal() throws InterruptedException {
    JournalConfig journal = config.journal();
    if (journal.url().isEmpty()) {
      return Optional.empty();
    }
    stage = "PostgreSQL at " + journal.url().get().replaceFirst("\\?.*", "");
    HikariConfig pool = new HikariConfig();
    pool.setJdbcUrl(journal.url().get());
    journal.user().ifPresent(pool::setUsername);
    journal.password().map(Secret::reveal).ifPresent(pool::setPassword);
    pool.setMaximumPoolSize(journal.connections());
    pool.setPoolName("journal");
    pool.setConnectionTimeout(5_000);
    pool.setInitializationFailTimeout(-1);
    HikariDataSource database = open(new HikariDataSource(pool));
    untilItWorks(
        () -> {
          ExecutionJournal.migrate(database);
          return true;
        });
    // Another process, or another run of this one, never has the same name.
    return Optional.of(
        new ExecutionJournal(database, id + "#" + UUID.randomUUID(), journal.lease()));
  }

  private Optional<ResultStore> resultStore(Optional<ExecutionJournal> journal) {
    if (config.results().directory().isPresent()) {
      try {
        return Optional.of(new FileResultStore(config.results().directory().get()));
      } catch (IOException e) {
        throw new UncheckedIOException(
            "the directory for long results can't be used (executor.results.directory)", e);
      }
    }
    return journal.map(known -> new PostgresResultStore(known.database()));
  }

  private ToolCatalogue catalogue(Optional<ResultStore> store) {
    List<Object> tools = new ArrayList<>(given);
    store
        .filter(known -> config.pools().isEmpty() || config.pools().contains(Topics.DEFAULT_POOL))
        .ifPresent(known -> tools.add(new ReadResult(known)));
    return ToolCatalogue.of(tools);
  }

  private Set<String> pools(ToolCatalogue catalogue) {
    Set<String> pools = new TreeSet<>(config.pools());
    if (pools.isEmpty()) {
      catalogue.entries().forEach(entry -> pools.add(entry.declaration().pool()));
    }
    return pools;
  }

  private static ToolCatalogue of(String pool, ToolCatalogue catalogue) {
    return ToolCatalogue.of(
        catalogue.entries().stream()
            .filter(entry -> entry.declaration().pool().equals(pool))
            .map(ToolCatalogue.Entry::tool)
            .toList());
  }

  private void clean(Optional<ExecutionJournal> journal, Optional<ResultStore> store) {
    var _ =
        cleaning.scheduleWithFixedDelay(
            () -> {
              try {
                journal.ifPresent(known -> known.forget(config.journal().retention()));
                if (store.isPresent()) {
                  store.get().forget(config.results().retention());
                }
              } catch (JournalUnavailableException | IOException e) {
                LOG.warn("old calls and results are deleted later", e);
              }
            },
            CLEANING.toSeconds(),
            CLEANING.toSeconds(),
            TimeUnit.SECONDS);
  }

  private interface Step<T> {
    T run() throws ExecutionException, InterruptedException;
  }

  /**
   * Does something that needs others to be up, until they are. What is wrong for good is thrown.
   */
  private <T> T untilItWorks(Step<T> step) throws InterruptedException {
    while (true) {
      try {
        return step.run();
      } catch (ExecutionException | FlywayException | RegistryUnavailableException e) {
        if (stopping) {
          throw new InterruptedException();
        }
        Throwable cause =
            e instanceof ExecutionException && e.getCause() != null ? e.getCause() : e;
        LOG.warn("waiting for {}: {}", stage, cause.toString());
        Thread.sleep(BETWEEN_TRIES);
      }
    }
  }

  private <T extends AutoCloseable> T open(T resource) {
    synchronized (opened) {
      opened.push(resource);
    }
    return resource;
  }

  /**
   * Takes no more calls, lets those in hand end, hands back the rest, and releases everything.
   * Waits for as long as the settings say.
   */
  @Override
  public void close() {
    stopping = true;
    starting.interrupt();
    cleaning.shutdownNow();
    try {
      starting.join();
      workers.forEach(PoolWorker::stopTaking);
      long end = System.nanoTime() + config.drain().toNanos();
      for (PoolWorker worker : workers) {
        worker.drain(Duration.ofNanos(Math.max(0, end - System.nanoTime())));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      workers.forEach(PoolWorker::close);
    }
    synchronized (opened) {
      opened.forEach(ToolExecutorService::release);
      opened.clear();
    }
    LOG.info("executor {} has stopped", id);
  }

  private static void release(AutoCloseable resource) {
    try {
      resource.close();
    } catch (Exception e) {
      LOG.warn("{} did not close cleanly", resource.getClass().getSimpleName(), e);
    }
  }
}
