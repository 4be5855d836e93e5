package dev.weirkeeper.planner.money;

/**
 * What a tenant may spend on one day, and what of it is granted and not given back.
 *
 * @param limit of the day
 * @param used never negative
 */
public record DailyBudget(NanoUsd limit, NanoUsd used) {

  /** What a request gets: as much of it as is left, or nothing if that is of no use to it. */
  public NanoUsd grant(NanoUsd wanted, NanoUsd atLeast) {
    NanoUsd granted = wanted.min(limit.minus(used)).max(NanoUsd.ZERO);
    return granted.compareTo(atLeast) < 0 ? NanoUsd.ZERO : granted;
  }

  /** The budget after a grant, or after one that came back, which is negative. */
  public DailyBudget taking(NanoUsd granted) {
    return new DailyBudget(limit, used.plus(granted).max(NanoUsd.ZERO));
  }
}
