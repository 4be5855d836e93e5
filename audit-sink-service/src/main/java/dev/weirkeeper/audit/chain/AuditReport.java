package dev.weirkeeper.audit.chain;

import java.util.List;
import java.util.Optional;

/**
 * What an audit looked at and found.
 *
 * @param records records whose digest was computed anew and compared
 * @param withheld records that are not kept as they were written, so that only their digest speaks
 *     for them
 * @param sessions sessions whose chains were followed
 * @param inputs events whose cause was compared with the record it names
 * @param uncheckable causes that can't be compared, because the planner applied them in another
 *     form
 * @param roots published roots that were computed anew
 * @param covered records that lie under a root
 * @param findings what is wrong, at most {@link #MOST} of it, in the order of reading
 */
public record AuditReport(
    long records,
    long withheld,
    int sessions,
    long inputs,
    long uncheckable,
    long roots,
    long covered,
    List<Finding> findings) {

  /** Most findings that are listed. */
  public static final int MOST = 1_000;

  public AuditReport {
    findings = List.copyOf(findings);
  }

  /** True if nothing is wrong. */
  public boolean clean() {
    return findings.isEmpty();
  }

  /** The first thing that is wrong. */
  public Optional<Finding> first() {
    return findings.stream().findFirst();
  }
}
