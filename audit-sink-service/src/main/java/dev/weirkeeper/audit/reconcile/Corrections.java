package dev.weirkeeper.audit.reconcile;

import dev.weirkeeper.audit.reconcile.Reconciliation.Cause;
import dev.weirkeeper.audit.reconcile.Reconciliation.Line;
import dev.weirkeeper.wire.LedgerAdjustment;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Corrections that make the ledger say what the provider charged, where it is known for what:
 * another price is shared out over the calls of the day in proportion to what they cost, to the
 * last billionth; the charge for a single lost reply goes to its call.
 */
public final class Corrections {

  private record Call(String id, String session, String task, long cost) {}

  private Corrections() {}

  /**
   * The corrections for one comparison; none where it is not known what to correct.
   *
   * @param decidedBy who takes the responsibility
   * @param reason why, in words
   * @param at when
   */
  public static List<LedgerAdjustment> of(
      Connection connection, Line line, String decidedBy, String reason, Instant at)
      throws SQLException {
    if (!line.what().equals("cost")
        || line.cause() == Cause.NONE
        || line.cause() == Cause.UNEXPLAINED) {
      return List.of();
    }
    boolean lost = line.cause() == Cause.UNSETTLED;
    if (lost && line.calls().size() != 1) {
      return List.of();
    }
    List<Call> calls =
        calls(connection, line, lost ? Optional.of(line.calls().getFirst()) : Optional.empty());
    BigInteger whole = BigInteger.valueOf(Math.max(1, calls.stream().mapToLong(Call::cost).sum()));
    BigInteger difference = BigInteger.valueOf(line.difference());
    List<LedgerAdjustment> corrections = new ArrayList<>();
    long before = 0;
    long shared = 0;
    for (int i = 0; i < calls.size(); i++) {
      Call call = calls.get(i);
      before += call.cost();
      // Where the share of all calls so far ends; the last call ends where the difference does.
      long upTo =
          i == calls.size() - 1
              ? line.difference()
              : difference.multiply(BigInteger.valueOf(before)).divide(whole).longValueExact();
      if (upTo != shared) {
        corrections.add(
            LedgerAdjustment.newBuilder()
                .setAdjustmentId(
                    "reconcile/%s/%s/%d".formatted(line.day(), call.id(), upTo - shared))
                .setSessionId(call.session())
                .setTaskId(call.task())
                .setCallId(call.id())
                .setAmountNanoUsd(upTo - shared)
                .setReason(reason)
                .setDecidedBy(decidedBy)
                .setAt(at)
                .build());
      }
      shared = upTo;
    }
    return corrections;
  }

  private static List<Call> calls(Connection connection, Line line, Optional<String> only)
      throws SQLException {
    List<Call> calls = new ArrayList<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            SELECT call_id, session_id, task_id, settled_nano_usd + adjusted_nano_usd FROM model_call
            WHERE coalesce(started_at, requested_at, hour) >= ?
              AND coalesce(started_at, requested_at, hour) < ?
              AND (? = '' OR regexp_replace(coalesce(model, asked_model, ledger_model),
                    '([-@]20[0-9]{6}|-20[0-9]{2}-[0-9]{2}-[0-9]{2}|-latest)$', '') = ?)
              AND (?::text IS NULL AND settled_nano_usd > 0 OR call_id = ?)
            ORDER BY call_id
            """)) {
      select.setObject(1, line.day().atStartOfDay().atOffset(ZoneOffset.UTC));
      select.setObject(2, line.day().plusDays(1).atStartOfDay().atOffset(ZoneOffset.UTC));
      select.setString(3, line.model());
      select.setString(4, line.model());
      select.setString(5, only.orElse(null));
      select.setString(6, only.orElse(null));
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          calls.add(new Call(row.getString(1), row.getString(2), row.getString(3), row.getLong(4)));
        }
      }
    }
    return calls;
  }
}
