package dev.weirkeeper.planner.session;

import dev.weirkeeper.planner.money.NanoUsd;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a session has paid and what it may still have to pay.
 *
 * @param spent settled cost of all tasks, sub-agents included
 * @param unsettled may have been charged, and nobody will ever know
 * @param held may yet be charged, by call id: counts as spent until the call is heard of
 */
public record Account(NanoUsd spent, NanoUsd unsettled, Map<String, Held> held) {

  static final Account EMPTY = new Account(NanoUsd.ZERO, NanoUsd.ZERO, Map.of());

  /** Money set aside beyond the moment. */
  public sealed interface Held {
    String taskId();

    NanoUsd amount();
  }

  /**
   * A model call whose reply was given up and may still come.
   *
   * @param leased whose budget of which day covers it; absent: nobody's
   */
  public record LostReply(String taskId, NanoUsd amount, Optional<Leased> leased) implements Held {}

  /** A day of a tenant's budget. */
  public record Leased(String tenant, LocalDate day) {}

  /**
   * A sub-agent that has not reported: under way, or given up, which does not keep it from
   * spending.
   *
   * @param amount carved out of the parent's money; zero where that has no limit
   * @param steps carved out of its steps
   * @param tokens carved out of its tokens
   */
  public record SubAgent(String taskId, NanoUsd amount, int steps, long tokens) implements Held {}

  /** All that can no longer be spent on something else. */
  NanoUsd committed() {
    NanoUsd sum = spent.plus(unsettled);
    if (held.isEmpty()) {
      return sum;
    }
    for (Held one : held.values()) {
      sum = sum.plus(one.amount());
    }
    return sum;
  }

  Account settled(NanoUsd cost, NanoUsd neverKnown) {
    return new Account(spent.plus(cost), unsettled.plus(neverKnown), held);
  }

  Account holding(String callId, Held amount) {
    Map<String, Held> more = new HashMap<>(held);
    more.put(callId, amount);
    return new Account(spent, unsettled, Map.copyOf(more));
  }

  Account notHolding(String callId) {
    Map<String, Held> fewer = new HashMap<>(held);
    fewer.remove(callId);
    return new Account(spent, unsettled, Map.copyOf(fewer));
  }
}
