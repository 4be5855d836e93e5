package dev.weirkeeper.planner.session;

import dev.weirkeeper.planner.money.LedgerEntry.Kind;
import dev.weirkeeper.planner.money.NanoUsd;
import dev.weirkeeper.planner.session.SessionEvent.Bill;

/**
 * What becomes of a reservation when its call is heard of.
 *
 * @param cost settled
 * @param rest released; negative where the provider charged more than the worst case
 * @param open may have been charged as well, and nobody will ever know
 */
record Settlement(NanoUsd cost, NanoUsd rest, NanoUsd open) {

  static Settlement of(NanoUsd reserved, Bill bill) {
    return switch (bill) {
      case Bill.Known(NanoUsd cost) -> new Settlement(cost, reserved.minus(cost), NanoUsd.ZERO);
      case Bill.Unknown(NanoUsd atLeast) -> {
        NanoUsd open = reserved.minus(atLeast);
        yield open.positive()
            ? new Settlement(atLeast, NanoUsd.ZERO, open)
            : new Settlement(atLeast, open, NanoUsd.ZERO);
      }
    };
  }

  void book(Draft d, String callId) {
    d.book(Kind.SETTLED, callId, cost);
    d.book(Kind.RELEASED, callId, rest);
    d.book(Kind.UNSETTLED, callId, open);
  }
}
