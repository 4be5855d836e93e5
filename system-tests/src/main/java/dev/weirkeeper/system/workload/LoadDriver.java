package dev.weirkeeper.system.workload;

import dev.weirkeeper.cli.cluster.Cluster;
import dev.weirkeeper.schemas.serde.AvroDeserializer;
import dev.weirkeeper.schemas.serde.AvroSerializer;
import dev.weirkeeper.schemas.topic.Topic;
import dev.weirkeeper.wire.Control;
import dev.weirkeeper.wire.ControlKind;
import dev.weirkeeper.wire.Task;
import dev.weirkeeper.wire.TaskResult;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Submits jobs, so many at once, cancels those that want it, and waits for every result. Use it
 * from one thread; what it tells may be asked from others.
 */
public final class LoadDriver implements AutoCloseable {

  private static final Duration LOOK = Duration.ofMillis(250);

  private final Topic<Task> tasks;
  private final Topic<Control> controls;
  private final AvroSerializer<SpecificRecord> writer;
  private final AvroDeserializer<TaskResult> reader;
  private final KafkaProducer<byte[], byte[]> producer;
  private final TopicTail tail;
  private final Semaphore room;
  private final ScheduledExecutorService alarms = Executors.newScheduledThreadPool(1);
  private final InstantSource clock = InstantSource.system();
  private final Map<String, Job> open = new ConcurrentHashMap<>();
  private final Map<String, TaskResult> results = new ConcurrentHashMap<>();
  private volatile long lastResult = System.nanoTime();
  private final AtomicInteger submitted = new AtomicInteger();

  /**
   * @param atOnce most tasks without a result at a time
   */
  public LoadDriver(Cluster cluster, int atOnce) {
    this.tasks = cluster.topics().tasks();
    this.controls = cluster.topics().controls();
    this.writer = new AvroSerializer<>(cluster.address().connection().serde());
    this.reader = cluster.deserializer(cluster.topics().results());
    this.producer = Patience.producer(cluster);
    this.room = new Semaphore(atOnce);
    this.tail = TopicTail.start(cluster, cluster.topics().results().name(), this::result);
  }

  private void result(ConsumerRecord<byte[], byte[]> record) {
    TaskResult result = reader.deserialize(record.topic(), record.headers(), record.value());
    if (result == null) {
      return;
    }
    String id = id(result.getSessionId(), result.getTaskId());
    lastResult = System.nanoTime();
    results.putIfAbsent(id, result);
    if (open.remove(id) != null) {
      room.release();
    }
  }

  /**
   * Submits jobs and waits for their results.
   *
   * @param patience longest time without any result before it gives up
   * @return the jobs that have none
   */
  public List<Job> run(List<Job> jobs, Duration patience) throws InterruptedException {
    lastResult = System.nanoTime();
    for (Job job : jobs) {
      while (!room.tryAcquire(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
        if (silentFor(patience)) {
          return List.copyOf(open.values());
        }
      }
      submit(job);
    }
    return await(patience);
  }

  /** Submits a job without waiting for room. */
  public void submit(Job job) {
    open.put(id(job.session(), job.task()), job);
    Task task =
        Task.newBuilder()
            .setTaskId(job.task())
            .setSessionId(job.session())
            .setText(job.text())
            .setAgent(job.agent())
            .setTenant(job.tenant())
            .setSubmittedAt(clock.instant())
            .build();
    send(tasks, job.session(), task);
    if (job.twice()) {
      send(tasks, job.session(), task);
    }
    submitted.incrementAndGet();
    Optional<Duration> cancel = job.cancelAfter();
    if (cancel.isPresent()) {
      var _ = alarms.schedule(() -> cancel(job), cancel.get().toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  /** Waits for the results of everything submitted; see {@link #run}. */
  public List<Job> await(Duration patience) throws InterruptedException {
    while (!open.isEmpty() && !silentFor(patience)) {
      Thread.sleep(LOOK);
    }
    return new ArrayList<>(open.values());
  }

  /** The result of a task, once there is one. */
  public Optional<TaskResult> result(String session, String task) {
    return Optional.ofNullable(results.get(id(session, task)));
  }

  /** Results so far, sub-agents' and others' included. */
  public int results() {
    return results.size();
  }

  /** Tasks submitted so far. */
  public int submitted() {
    return submitted.get();
  }

  /** Tasks submitted that have no result. */
  public int open() {
    return open.size();
  }

  private boolean silentFor(Duration patience) {
    return System.nanoTime() - lastResult > patience.toNanos();
  }

  private void cancel(Job job) {
    send(
        controls,
        job.session(),
        Control.newBuilder()
            .setControlId(job.session() + "/" + job.task() + "/cancel")
            .setSessionId(job.session())
            .setTaskId(job.task())
            .setKind(ControlKind.CANCEL)
            .setReason("it was meant to be cancelled")
            .setRequestedBy("driver")
            .setRequestedAt(clock.instant())
            .build());
  }

  private void send(Topic<?> topic, String key, SpecificRecord value) {
    var _ =
        producer.send(
            new ProducerRecord<>(
                topic.name(),
                key.getBytes(StandardCharsets.UTF_8),
                writer.serialize(topic.name(), value)));
  }

  private static String id(String session, String task) {
    return session + " " + task;
  }

  @Override
  public void close() {
    alarms.shutdownNow();
    tail.close();
    producer.close(Duration.ofSeconds(5));
    writer.close();
    reader.close();
  }
}
