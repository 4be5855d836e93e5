package dev.weirkeeper.planner.topology;

import dev.weirkeeper.planner.edge.Directory;
import dev.weirkeeper.planner.money.DailyBudget;
import dev.weirkeeper.planner.money.NanoUsd;
import dev.weirkeeper.schemas.serde.AvroDeserializer;
import dev.weirkeeper.schemas.serde.AvroSerializer;
import dev.weirkeeper.schemas.serde.UnreadableRecordException;
import dev.weirkeeper.schemas.topic.Topics;
import dev.weirkeeper.wire.BudgetGrant;
import dev.weirkeeper.wire.BudgetRequest;
import dev.weirkeeper.wire.TenantDefinition;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * The daily budget of each tenant: one writer for all sessions of a tenant, so that parallel
 * sessions can't pass the limit together. A request gets what is left, or nothing if that is of no
 * use to it. The same request always gets the same answer.
 *
 * <p>Keys of the store: {@code used|<tenant>|<day>} holds what is granted and not given back on a
 * UTC day, {@code asked|<day>|<request id>} what a request was granted.
 */
final class BudgetProcessor implements Processor<byte[], byte[], byte[], Outgoing> {
  static final String STORE = "budgets";
  private static final int DAYS_KEPT = 8;

  private final Shell shell;
  private final Topics topics;
  private final Directory directory;
  private final AvroDeserializer<BudgetRequest> reader;
  private final AvroSerializer<BudgetGrant> writer;
  private @Nullable ProcessorContext<byte[], Outgoing> context;
  private @Nullable KeyValueStore<String, byte[]> store;

  BudgetProcessor(Shell shell) {
    this.shell = shell;
    this.topics = shell.topics();
    this.directory = shell.directory();
    this.reader = new AvroDeserializer<>(BudgetRequest.class, shell.serde());
    this.writer = new AvroSerializer<>(shell.serde());
  }

  @Override
  public void init(ProcessorContext<byte[], Outgoing> opened) {
    context = opened;
    store = opened.getStateStore(STORE);
    opened.schedule(Duration.ofHours(1), PunctuationType.WALL_CLOCK_TIME, this::forget);
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    ProcessorContext<byte[], Outgoing> out = Objects.requireNonNull(context);
    BudgetRequest request;
    try {
      request =
          reader.deserialize(topics.budgetRequests().name(), record.headers(), record.value());
      if (request == null) {
        throw new IllegalArgumentException("the record is empty");
      }
    } catch (UnreadableRecordException | IllegalArgumentException e) {
      DeadLetters.forward(out, shell, record, String.valueOf(e.getMessage()));
      return;
    }
    BudgetGrant grant = answer(request);
    if (request.getAmountNanoUsd() < 0) {
      return;
    }
    byte[] key = request.getSessionId().getBytes(StandardCharsets.UTF_8);
    String topic = topics.budgetGrants().name();
    out.forward(record.withKey(key).withValue(Outgoing.of(topic, writer.serialize(topic, grant))));
  }

  private BudgetGrant answer(BudgetRequest request) {
    KeyValueStore<String, byte[]> budgets = Objects.requireNonNull(store);
    LocalDate day = LocalDate.ofInstant(request.getAt(), ZoneOffset.UTC);
    String asked = "asked|" + day + "|" + request.getRequestId();
    String used = "used|" + request.getTenant() + "|" + day;
    long limit =
        directory
            .tenant(request.getTenant())
            .map(TenantDefinition::getMaxCostPerDayNanoUsd)
            .orElse(Long.MAX_VALUE);
    long before = number(budgets.get(used));
    byte[] earlier = budgets.get(asked);
    if (earlier != null) {
      return grant(request, number(earlier), limit, before, day);
    }
    long wanted = request.getAmountNanoUsd();
    DailyBudget budget = new DailyBudget(new NanoUsd(limit), new NanoUsd(before));
    long granted =
        wanted <= 0
            ? wanted
            : budget.grant(new NanoUsd(wanted), new NanoUsd(request.getAtLeastNanoUsd())).value();
    long after = budget.taking(new NanoUsd(granted)).used().value();
    // Under at-least-once a crash may keep the first write and lose the second, and the request
    // comes again: then a grant is counted twice or a return not at all, never the other way round.
    if (granted >= 0) {
      budgets.put(used, bytes(after));
      budgets.put(asked, bytes(granted));
    } else {
      budgets.put(asked, bytes(granted));
      budgets.put(used, bytes(after));
    }
    return grant(request, granted, limit, after, day);
  }

  private static BudgetGrant grant(
      BudgetRequest request, long granted, long limit, long used, LocalDate day) {
    return new BudgetGrant(
        request.getRequestId(),
        request.getSessionId(),
        request.getTenant(),
        granted,
        limit,
        used,
        day.toString());
  }

  private void forget(long now) {
    KeyValueStore<String, byte[]> budgets = Objects.requireNonNull(store);
    LocalDate first =
        LocalDate.ofInstant(java.time.Instant.ofEpochMilli(now), ZoneOffset.UTC)
            .minusDays(DAYS_KEPT);
    List<String> old = new ArrayList<>();
    try (KeyValueIterator<String, byte[]> all = budgets.range("asked|", "asked|" + first)) {
      while (all.hasNext()) {
        KeyValue<String, byte[]> one = all.next();
        old.add(one.key);
      }
    }
    old.forEach(budgets::delete);
  }

  private static long number(byte @Nullable [] bytes) {
    return bytes == null ? 0 : ByteBuffer.wrap(bytes).getLong();
  }

  private static byte[] bytes(long number) {
    return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
  }
}
