package dev.weirkeeper.system.check;

import dev.weirkeeper.schemas.price.PriceBook;
import dev.weirkeeper.system.check.Dump.Charge;
import dev.weirkeeper.system.check.History.Said;
import dev.weirkeeper.wire.LedgerKind;
import dev.weirkeeper.wire.LedgerLine;
import dev.weirkeeper.wire.ModelCall;
import dev.weirkeeper.wire.ModelReply;
import dev.weirkeeper.wire.SessionEvent;
import dev.weirkeeper.wire.TenantDefinition;
import dev.weirkeeper.wire.Usage;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/** The ledger says what the provider says, and shows what nobody can say. */
final class MoneyRules {

  private static final PriceBook PRICES = PriceBook.shipped();

  private MoneyRules() {}

  /** The sums of a call's lines. */
  private record Account(Map<LedgerKind, Long> sums) {
    long of(LedgerKind kind) {
      return sums.getOrDefault(kind, 0L);
    }
  }

  private static Map<String, Account> accounts(History history) {
    Map<String, Account> accounts = new TreeMap<>();
    for (String session : history.eventRecords().keySet()) {
      for (SessionEvent event : history.events(session)) {
        for (LedgerLine line : event.getLedger()) {
          accounts
              .computeIfAbsent(line.getCallId(), _ -> new Account(new EnumMap<>(LedgerKind.class)))
              .sums
              .merge(line.getKind(), line.getAmountNanoUsd(), Long::sum);
        }
      }
    }
    return accounts;
  }

  /** For every call that has ended, reserved = settled + released + unsettled. */
  static void reservationsAddUp(History history, BiConsumer<String, String> broken) {
    Map<String, String> state = new HashMap<>();
    for (String session : history.eventRecords().keySet()) {
      state.put(session, history.events(session).getLast().getState());
    }
    Map<String, String> sessionOf = new HashMap<>();
    history
        .all(ModelCall.class)
        .forEach(call -> sessionOf.put(call.value().getCallId(), call.value().getSessionId()));
    accounts(history)
        .forEach(
            (call, account) -> {
              long ended =
                  account.of(LedgerKind.SETTLED)
                      + account.of(LedgerKind.RELEASED)
                      + account.of(LedgerKind.UNSETTLED);
              long reserved = account.of(LedgerKind.RESERVED);
              boolean open =
                  "AwaitingModel".equals(state.get(sessionOf.getOrDefault(call, ""))) && ended == 0;
              if (!open && reserved != ended) {
                broken.accept(
                    call,
                    "reserved %d and accounts for %d: %s".formatted(reserved, ended, account.sums));
              }
            });
  }

  /** What is settled is the price of what the provider charged for the request that is named. */
  static void settledIsCharged(History history, BiConsumer<String, String> broken) {
    Map<String, Charge> charges = new HashMap<>();
    history.dump().charges().forEach(charge -> charges.put(charge.requestId(), charge));
    Map<String, Account> accounts = accounts(history);
    Map<String, Long> told = new HashMap<>();
    Map<String, String> callOf = new HashMap<>();
    for (Said<ModelReply> said : history.all(ModelReply.class)) {
      ModelReply reply = said.value();
      told.put(reply.getCallId(), reply.getCostNanoUsd());
      if (!reply.getUsageReported() || reply.getCostNanoUsd() == 0) {
        continue;
      }
      String request = reply.getProviderRequestId();
      Charge charge = request == null ? null : charges.get(request);
      if (charge == null) {
        broken.accept(
            reply.getCallId(), "was paid for request %s, never charged".formatted(request));
        continue;
      }
      String other = callOf.putIfAbsent(charge.requestId(), reply.getCallId());
      if (other != null && !other.equals(reply.getCallId())) {
        broken.accept(
            reply.getCallId(), "was paid for request %s, as was %s".formatted(request, other));
      }
      long price = price(charge, reply.getStartedAt());
      if (price != reply.getCostNanoUsd()) {
        broken.accept(
            reply.getCallId(),
            "cost %d, the provider charged %d".formatted(reply.getCostNanoUsd(), price));
      }
      Account account = accounts.get(reply.getCallId());
      if (account == null || account.of(LedgerKind.SETTLED) != price) {
        broken.accept(
            reply.getCallId(),
            "is settled with %s, the provider charged %d"
                .formatted(account == null ? "nothing" : account.of(LedgerKind.SETTLED), price));
      }
    }
    accounts.forEach(
        (call, account) -> {
          if (account.of(LedgerKind.SETTLED) != told.getOrDefault(call, 0L)) {
            broken.accept(
                call,
                "is settled with %d and its reply says %s"
                    .formatted(account.of(LedgerKind.SETTLED), told.get(call)));
          }
        });
  }

  /**
   * A charge that no reply reports whole is covered by an amount that is shown as unsettled, each
   * by one of its own, in the same session or its sub-agents.
   */
  static void unmatchedIsUnsettled(History history, BiConsumer<String, String> broken) {
    Map<String, ModelReply> replies = new HashMap<>();
    for (Said<ModelReply> reply : history.all(ModelReply.class)) {
      String request = reply.value().getProviderRequestId();
      if (request != null) {
        replies.put(request, reply.value());
      }
    }
    Map<String, Account> accounts = accounts(history);
    Map<String, List<Long>> unsettled = new HashMap<>();
    accounts.forEach(
        (call, account) -> {
          if (account.of(LedgerKind.UNSETTLED) > 0) {
            unsettled
                .computeIfAbsent(root(call), _ -> new ArrayList<>())
                .add(account.of(LedgerKind.UNSETTLED) + account.of(LedgerKind.SETTLED));
          }
        });
    unsettled.values().forEach(amounts -> amounts.sort(Comparator.naturalOrder()));
    Instant now = Instant.EPOCH;
    for (String session : history.eventRecords().keySet()) {
      Instant at = history.events(session).getLast().getAt();
      now = at.isAfter(now) ? at : now;
    }
    for (Charge charge : history.dump().charges()) {
      ModelReply reply = replies.get(charge.requestId());
      if (reply != null && reply.getUsageReported()) {
        continue;
      }
      long price = price(charge, now);
      List<Long> amounts = unsettled.getOrDefault(session(charge), List.of());
      Optional<Long> cover = amounts.stream().filter(amount -> amount >= price).findFirst();
      if (cover.isEmpty()) {
        broken.accept(
            "request " + charge.requestId(),
            "of session %s was charged %d, and nothing is unsettled for it"
                .formatted(session(charge), price));
      } else {
        amounts.remove(cover.get());
      }
    }
  }

  /** What a tenant may have been charged on a day is within its budget. */
  static void tenantStaysInBudget(History history, BiConsumer<String, String> broken) {
    Map<String, Long> limits = new HashMap<>();
    for (Said<TenantDefinition> tenant : history.all(TenantDefinition.class)) {
      Long limit = tenant.value().getMaxCostPerDayNanoUsd();
      if (limit != null) {
        limits.put(tenant.value().getName(), limit);
      }
    }
    Map<String, String> tenantOf = new HashMap<>();
    for (String session : history.eventRecords().keySet()) {
      for (SessionEvent event : history.events(session)) {
        if (!event.getTenant().isEmpty()) {
          tenantOf.put(session, event.getTenant());
        }
      }
    }
    Map<String, Map<LocalDate, Long>> spent = new HashMap<>();
    for (String session : history.eventRecords().keySet()) {
      String tenant = tenantOf.getOrDefault(session, "");
      for (SessionEvent event : history.events(session)) {
        for (LedgerLine line : event.getLedger()) {
          if (line.getKind() == LedgerKind.SETTLED || line.getKind() == LedgerKind.UNSETTLED) {
            spent
                .computeIfAbsent(tenant, _ -> new TreeMap<>())
                .merge(
                    LocalDate.ofInstant(event.getAt(), ZoneOffset.UTC),
                    line.getAmountNanoUsd(),
                    Long::sum);
          }
        }
      }
    }
    limits.forEach(
        (tenant, limit) ->
            spent
                .getOrDefault(tenant, Map.of())
                .forEach(
                    (day, sum) -> {
                      if (sum > limit) {
                        broken.accept(
                            "tenant " + tenant, "spent %d of %d on %s".formatted(sum, limit, day));
                      }
                    }));
  }

  /** The session that a call belongs to, or that started the one it belongs to. */
  private static String root(String call) {
    return call.substring(0, call.indexOf('/'));
  }

  /** The session that a request was made for: the second word of what the user says. */
  private static String session(Charge charge) {
    String[] words = charge.user().split("[ ,]", 3);
    return words.length < 2 ? "" : words[1];
  }

  private static long price(Charge charge, Instant at) {
    Usage usage =
        Usage.newBuilder()
            .setUncachedInput(charge.uncachedInput())
            .setCacheWrite5m(charge.cacheWrite5m())
            .setCacheWrite1h(charge.cacheWrite1h())
            .setCacheRead(charge.cacheRead())
            .setOutput(charge.output())
            .build();
    return PRICES.cost(charge.model(), usage, at).nanoUsd();
  }
}
