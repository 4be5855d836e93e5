package dev.weirkeeper.executor.worker;

import dev.weirkeeper.executor.tool.RateLimit;
import dev.weirkeeper.executor.tool.ToolCatalogue;
import dev.weirkeeper.operations.config.Connection;
import dev.weirkeeper.schemas.topic.Topics;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Everything that serves one pool in one executor. Thread-safe. */
public final class PoolWorker implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(PoolWorker.class);
  private static final Duration LOOK = Duration.ofMillis(20);

  /** For the last calls to come, and for those that were told to stop to be handed back. */
  private static final Duration LAST_MOMENT = Duration.ofSeconds(3);

  private final String pool;
  private final Slots slots;
  private final CallRunner runner;
  private final CallSource source;
  private final PoolLag lag;
  private final Admin admin;

  /**
   * How much of a pool is taken.
   *
   * @param share from a share group, else from a consumer group
   * @param concurrency calls that run at once
   * @param backlog calls taken beyond that
   * @param lanes most members of the share group
   * @param lastDelivery the delivery on which a call is put aside
   * @param rate most calls started per time
   * @param lease how long claims stand
   */
  public record Intake(
      boolean share,
      int concurrency,
      int backlog,
      int lanes,
      int lastDelivery,
      Optional<RateLimit> rate,
      Duration lease) {}

  /**
   * A call that runs.
   *
   * @param progress what its tool last said of it; may be empty
   */
  public record Running(
      String callId, String sessionId, String tool, Instant since, String progress) {}

  private PoolWorker(
      String pool, Admin admin, Slots slots, CallRunner runner, CallSource source, PoolLag lag) {
    this.pool = pool;
    this.admin = admin;
    this.slots = slots;
    this.runner = runner;
    this.source = source;
    this.lag = lag;
  }

  /**
   * Begins to serve a pool.
   *
   * @param tools those of the pool
   */
  public static PoolWorker start(
      String pool,
      ToolCatalogue tools,
      Equipment equipment,
      Connection connection,
      Topics topics,
      Intake intake) {
    Slots slots = new Slots(intake.concurrency(), intake.concurrency() + intake.backlog());
    CallRunner runner =
        new CallRunner(
            pool, tools, equipment, connection.serde(), slots, intake.rate(), intake.lease());
    String topic = topics.toolCalls(pool).name();
    String group = topics.executorGroup(pool);
    Admin admin = Admin.create(connection.admin());
    CallSource source =
        intake.share()
            ? shareLanes(pool, topic, group, admin, slots, runner, equipment, connection, intake)
            : new GroupReader(
                named(connection.consumer(), equipment.executor()),
                group,
                pool,
                topic,
                intake.lastDelivery(),
                slots,
                runner::accept);
    equipment.metrics().running(pool, slots::taken);
    PoolLag lag = PoolLag.watch(admin, intake.share(), pool, topic, group, equipment.metrics());
    source.start();
    LOG.info("serving pool {} with {}", pool, tools.names());
    return new PoolWorker(pool, admin, slots, runner, source, lag);
  }

  private static CallSource shareLanes(
      String pool,
      String topic,
      String group,
      Admin admin,
      Slots slots,
      CallRunner runner,
      Equipment equipment,
      Connection connection,
      Intake intake) {
    return new ShareLanes(
        named(connection.shareConsumer(), equipment.executor()),
        group,
        new Assignments(admin, group),
        pool,
        topic,
        intake.lastDelivery(),
        slots,
        runner::accept,
        equipment.metrics(),
        intake.concurrency(),
        intake.lanes());
  }

  /** So that whoever looks at the group can tell its executors. */
  private static Map<String, Object> named(Map<String, Object> settings, String executor) {
    settings.putIfAbsent(CommonClientConfigs.CLIENT_ID_CONFIG, executor);
    return settings;
  }

  /** What it waits for before it can take calls, if anything. */
  public Optional<String> waitingFor() {
    return source.waitingFor();
  }

  /** Why it can't go on, if it can't. */
  public Optional<Throwable> failure() {
    return source.failure();
  }

  /** The calls in hand. */
  public List<Running> running() {
    return runner.running().all().stream()
        .map(
            call ->
                new Running(
                    call.call().id(),
                    call.call().sessionId(),
                    call.call().tool(),
                    call.started(),
                    call.progress()))
        .toList();
  }

  /** Takes no more calls. Those taken go on. Does not wait. */
  public void stopTaking() {
    source.stopTaking();
  }

  /**
   * Waits for the calls in hand to end and hands back those that don't, then leaves the group.
   *
   * @param patience how long to wait
   */
  public void drain(Duration patience) throws InterruptedException {
    Instant end = Clock.systemUTC().instant().plus(patience);
    stopTaking();
    source.awaitNoMore(LAST_MOMENT);
    runner.stop();
    if (!emptied(end)) {
      LOG.info("handing back {} calls of pool {} that still run", slots.taken(), pool);
      runner.running().evict();
      if (!emptied(Clock.systemUTC().instant().plus(LAST_MOMENT))) {
        LOG.warn(
            "{} calls of pool {} do not stop; they are delivered again when their locks end",
            slots.taken(),
            pool);
      }
    }
    close();
  }

  private boolean emptied(Instant end) throws InterruptedException {
    while (slots.taken() > 0) {
      if (!Clock.systemUTC().instant().isBefore(end)) {
        return false;
      }
      Thread.sleep(LOOK);
    }
    return true;
  }

  @Override
  public void close() {
    lag.close();
    source.close();
    runner.close();
    admin.close(LAST_MOMENT);
  }
}
