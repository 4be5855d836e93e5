package dev.weirkeeper.system.check;

import dev.weirkeeper.schemas.chain.EventHash;
import dev.weirkeeper.schemas.topic.Topic;
import dev.weirkeeper.schemas.topic.Topics;
import dev.weirkeeper.system.check.Dump.Place;
import dev.weirkeeper.system.check.Dump.RawRecord;
import dev.weirkeeper.system.check.History.Said;
import dev.weirkeeper.wire.ApprovalDecision;
import dev.weirkeeper.wire.ApprovalRequest;
import dev.weirkeeper.wire.InputRef;
import dev.weirkeeper.wire.LedgerKind;
import dev.weirkeeper.wire.LedgerLine;
import dev.weirkeeper.wire.SessionEvent;
import dev.weirkeeper.wire.TaskResult;
import dev.weirkeeper.wire.TaskStatus;
import dev.weirkeeper.wire.TenantDefinition;
import dev.weirkeeper.wire.ToolCall;
import dev.weirkeeper.wire.ToolResult;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/** Faults planted into a good dump, each a way in which a promise could have been broken. */
final class Plants {

  private static final int PREFIX_BYTES = 5;

  private final Dump good;
  private final History history;
  private final Topics topics;

  Plants(Dump good) {
    this.good = good;
    this.history = new History(good);
    this.topics = history.topics();
  }

  // Tasks

  Dump a_result_is_dropped() {
    return without(first(TaskResult.class, _ -> true));
  }

  Dump a_task_has_a_second_result() {
    Said<TaskResult> result =
        first(TaskResult.class, one -> one.getStatus() == TaskStatus.COMPLETE);
    return with(
        again(result, TaskResult.newBuilder(result.value()).setStatus(TaskStatus.FAILED).build()));
  }

  Dump a_session_stops_in_the_middle() {
    Said<TaskResult> result =
        first(TaskResult.class, one -> one.getStatus() == TaskStatus.COMPLETE);
    String session = result.value().getSessionId();
    List<Said<SessionEvent>> events =
        java.util.Objects.requireNonNull(history.eventRecords().get(session));
    Set<Place> gone = new HashSet<>();
    gone.add(result.place());
    int last = events.size() - 1;
    while (events.get(last).value().getState().equals("Idle")) {
      gone.add(events.get(last--).place());
    }
    return good.withRecords(
        good.records().stream().filter(raw -> !gone.contains(raw.place())).toList());
  }

  // The account

  Dump an_event_is_dropped() {
    return without(first(SessionEvent.class, event -> event.getSequence() == 2));
  }

  Dump an_event_is_written_twice() {
    Said<SessionEvent> event = first(SessionEvent.class, one -> one.getSequence() == 2);
    return with(again(event, event.value()));
  }

  Dump a_word_of_an_event_is_changed() {
    return changed(
        SessionEvent.class,
        event -> !event.getReason().isEmpty(),
        event ->
            SessionEvent.newBuilder(event)
                .setReason(event.getReason().replace(event.getReason().charAt(0), '!'))
                .build());
  }

  Dump an_event_is_changed_and_its_hash_too() {
    return changed(
        SessionEvent.class,
        event -> event.getSequence() == 2,
        event -> rehashed(SessionEvent.newBuilder(event).setReason("for no reason").build()));
  }

  Dump the_input_of_an_event_is_changed() {
    return changed(
        ToolResult.class,
        result -> result.getError() == null,
        result -> ToolResult.newBuilder(result).setContent("something else").build());
  }

  // Calls

  Dump a_command_was_never_decided() {
    Said<ToolCall> call = first(ToolCall.class, _ -> true);
    return with(
        again(
            call,
            ToolCall.newBuilder(call.value())
                .setCallId(call.value().getSessionId() + "/99/0")
                .build()));
  }

  Dump a_command_has_other_arguments() {
    return changed(
        ToolCall.class,
        call -> call.getTool().equals("credit"),
        call -> ToolCall.newBuilder(call).setArguments("{\"account\":\"mine\"}").build());
  }

  Dump a_destructive_command_has_no_approval() {
    return changed(
        ToolCall.class,
        call -> call.getTool().equals("wipe"),
        call -> ToolCall.newBuilder(call).setApproval(null).build());
  }

  Dump an_approval_is_for_other_arguments() {
    return changed(
        ApprovalDecision.class,
        this::wasUsed,
        decision -> ApprovalDecision.newBuilder(decision).setArgumentsHash("0".repeat(64)).build());
  }

  Dump an_approval_came_too_late() {
    String call = first(ToolCall.class, one -> one.getTool().equals("wipe")).value().getCallId();
    return changed(
        ApprovalRequest.class,
        request -> request.getCallId().equals(call),
        request -> ApprovalRequest.newBuilder(request).setExpiresAt(Instant.EPOCH).build());
  }

  /** The decision is taken in again by a later event, and only by that one. */
  Dump a_command_was_sent_before_its_approval() {
    Said<ApprovalDecision> decision = first(ApprovalDecision.class, this::wasUsed);
    String session = decision.value().getSessionId();
    Said<SessionEvent> taking =
        first(SessionEvent.class, event -> isAt(event.getInput(), decision.place()));
    SessionEvent last = history.events(session).getLast();
    InputRef other = history.events(session).getFirst().getInput();
    RawRecord emptied =
        rewritten(
            taking.raw(),
            taking.place(),
            rehashed(SessionEvent.newBuilder(taking.value()).setInput(other).build()));
    RawRecord later =
        again(
            taking,
            rehashed(
                SessionEvent.newBuilder(taking.value())
                    .setSequence(last.getSequence() + 1)
                    .setPreviousHash(last.getHash())
                    .setEffects(List.of())
                    .build()));
    List<RawRecord> records = Dump.open(good.records());
    records.replaceAll(raw -> raw.place().equals(taking.place()) ? emptied : raw);
    records.add(later);
    return good.withRecords(records);
  }

  Dump a_result_has_no_command() {
    String answered = first(ToolResult.class, one -> isCall(one.getCallId())).value().getCallId();
    return good.withRecords(
        good.records().stream()
            .filter(
                raw ->
                    !(history.at(raw.place()).map(Said::value).orElse(null) instanceof ToolCall call
                        && call.getCallId().equals(answered)))
            .toList());
  }

  Dump a_second_result_is_acted_on() {
    Said<SessionEvent> event =
        first(
            SessionEvent.class,
            one -> one.getType().equals("ToolCallCompleted") && !one.getEffects().isEmpty());
    SessionEvent last = history.events(event.value().getSessionId()).getLast();
    return with(
        again(
            event,
            rehashed(
                SessionEvent.newBuilder(event.value())
                    .setSequence(last.getSequence() + 1)
                    .setPreviousHash(last.getHash())
                    .build())));
  }

  // The world

  Dump a_letter_is_posted_twice() {
    List<Dump.Effect> effects = Dump.open(good.effects());
    effects.add(
        effects.stream().filter(one -> one.tool().equals("post_letter")).findFirst().orElseThrow());
    return good.withEffects(effects);
  }

  Dump an_effect_that_was_reported_is_missing() {
    String done =
        first(ToolResult.class, one -> one.getTool().equals("credit") && one.getError() == null)
            .value()
            .getCallId();
    return good.withEffects(
        good.effects().stream().filter(effect -> !effect.call().equals(done)).toList());
  }

  Dump the_world_is_changed_by_nobody() {
    List<Dump.Effect> effects = Dump.open(good.effects());
    effects.add(new Dump.Effect("wipe", "nobody/1/0", "{}"));
    return good.withEffects(effects);
  }

  // Money

  Dump a_release_is_smaller_than_it_should_be() {
    return changed(
        SessionEvent.class,
        event -> has(event, LedgerKind.RELEASED),
        event -> rehashed(withLine(event, LedgerKind.RELEASED, -1)));
  }

  Dump the_provider_charged_more() {
    String request =
        first(
                dev.weirkeeper.wire.ModelReply.class,
                one -> one.getUsageReported() && one.getCostNanoUsd() > 0)
            .value()
            .getProviderRequestId();
    return good.withCharges(
        good.charges().stream()
            .map(
                one ->
                    one.requestId().equals(request)
                        ? new Dump.Charge(
                            one.requestId(),
                            one.model(),
                            one.user(),
                            one.messages(),
                            one.uncachedInput(),
                            one.cacheWrite5m(),
                            one.cacheWrite1h(),
                            one.cacheRead(),
                            one.output() + 1)
                        : one)
            .toList());
  }

  Dump a_charge_shows_nowhere() {
    String session = sessionWithoutUnsettled();
    List<Dump.Charge> charges = Dump.open(good.charges());
    charges.add(
        new Dump.Charge(
            "req_lost", "claude-sonnet-5-5", "chaos " + session + " plain", 1, 9, 0, 0, 0, 9));
    return good.withCharges(charges);
  }

  Dump a_tenant_has_spent_more_than_its_budget() {
    return changed(
        TenantDefinition.class,
        tenant -> tenant.getMaxCostPerDayNanoUsd() != null,
        tenant -> TenantDefinition.newBuilder(tenant).setMaxCostPerDayNanoUsd(1L).build());
  }

  // The store

  Dump a_record_is_not_in_the_log() {
    return good.withStore(good.log().subList(1, good.log().size()), good.ledger(), good.events());
  }

  Dump a_record_is_in_the_log_otherwise() {
    List<Dump.LogRow> log = Dump.open(good.log());
    Dump.LogRow row = log.getFirst();
    log.set(0, new Dump.LogRow(row.place(), row.type(), "00" + row.digest().substring(2)));
    return good.withStore(log, good.ledger(), good.events());
  }

  Dump a_ledger_row_is_missing() {
    return good.withStore(
        good.log(), good.ledger().subList(1, good.ledger().size()), good.events());
  }

  Dump a_ledger_row_is_there_twice() {
    List<Dump.LedgerRow> ledger = Dump.open(good.ledger());
    ledger.add(ledger.getFirst());
    return good.withStore(good.log(), ledger, good.events());
  }

  Dump an_event_is_not_in_the_store() {
    return good.withStore(
        good.log(), good.ledger(), good.events().subList(1, good.events().size()));
  }

  Dump a_dead_letter_has_no_origin() {
    return good.withRecords(
        good.records().stream()
            .map(
                raw ->
                    raw.place().topic().equals(topics.deadLetters().name())
                        ? new RawRecord(
                            raw.place(),
                            raw.timestamp(),
                            raw.committed(),
                            List.of(),
                            raw.key(),
                            raw.value())
                        : raw)
            .toList());
  }

  Dump a_bad_record_is_passed_over() {
    Topic<?> tasks = topics.tasks();
    RawRecord any =
        good.records().stream()
            .filter(raw -> raw.place().topic().equals(tasks.name()))
            .findFirst()
            .orElseThrow();
    return with(
        new RawRecord(
            new Place(tasks.name(), any.place().partition(), 1_000_000),
            any.timestamp(),
            true,
            List.of(),
            any.key(),
            new byte[] {1, 2, 3}));
  }

  // How they are made

  private boolean wasUsed(ApprovalDecision decision) {
    return history.all(ToolCall.class).stream()
        .map(call -> call.value().getApproval())
        .anyMatch(
            approval ->
                approval != null && decision.getDecisionId().equals(approval.getDecisionId()));
  }

  private static boolean isAt(@Nullable InputRef ref, Place place) {
    return ref != null
        && place.equals(new Place(ref.getTopic(), ref.getPartition(), ref.getOffset()));
  }

  private boolean isCall(String id) {
    return history.all(ToolCall.class).stream()
        .anyMatch(call -> call.value().getCallId().equals(id));
  }

  private String sessionWithoutUnsettled() {
    Set<String> unsettled = new HashSet<>();
    for (String session : history.eventRecords().keySet()) {
      if (history.events(session).stream().anyMatch(event -> has(event, LedgerKind.UNSETTLED))) {
        unsettled.add(session.split("/", 2)[0]);
      }
    }
    return history.eventRecords().keySet().stream()
        .filter(session -> !session.contains("/") && !unsettled.contains(session))
        .findFirst()
        .orElseThrow();
  }

  private static boolean has(SessionEvent event, LedgerKind kind) {
    return event.getLedger().stream().anyMatch(line -> line.getKind() == kind);
  }

  private static SessionEvent withLine(SessionEvent event, LedgerKind kind, long more) {
    List<LedgerLine> lines = new ArrayList<>();
    for (LedgerLine line : event.getLedger()) {
      lines.add(
          line.getKind() == kind
              ? LedgerLine.newBuilder(line).setAmountNanoUsd(line.getAmountNanoUsd() + more).build()
              : line);
    }
    return SessionEvent.newBuilder(event).setLedger(lines).build();
  }

  private static SessionEvent rehashed(SessionEvent event) {
    return SessionEvent.newBuilder(event).setHash(EventHash.of(event)).build();
  }

  private <T extends SpecificRecord> Said<T> first(Class<T> type, Predicate<T> which) {
    return history.all(type).stream()
        .filter(said -> which.test(said.value()))
        .findFirst()
        .orElseThrow(() -> new AssertionError("the run left no " + type.getSimpleName()));
  }

  private <T extends SpecificRecord> Dump changed(
      Class<T> type, Predicate<T> which, UnaryOperator<T> change) {
    Said<T> said = first(type, which);
    RawRecord other = rewritten(said.raw(), said.place(), change.apply(said.value()));
    return good.withRecords(
        good.records().stream()
            .map(raw -> raw.place().equals(said.place()) ? other : raw)
            .toList());
  }

  private Dump without(Said<?> said) {
    return good.withRecords(
        good.records().stream().filter(raw -> !raw.place().equals(said.place())).toList());
  }

  private Dump with(RawRecord more) {
    List<RawRecord> records = Dump.open(good.records());
    records.add(more);
    return good.withRecords(records);
  }

  /** Another record at the end of the same partition. */
  private static RawRecord again(Said<?> said, SpecificRecord value) {
    Place place = said.place();
    return rewritten(
        said.raw(), new Place(place.topic(), place.partition(), 1_000_000 + place.offset()), value);
  }

  private static RawRecord rewritten(RawRecord raw, Place place, SpecificRecord value) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    byte[] before = java.util.Objects.requireNonNull(raw.value());
    bytes.write(before, 0, PREFIX_BYTES);
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
    try {
      new SpecificDatumWriter<SpecificRecord>(value.getSchema()).write(value, encoder);
      encoder.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new RawRecord(
        place, raw.timestamp(), raw.committed(), raw.headers(), raw.key(), bytes.toByteArray());
  }
}
