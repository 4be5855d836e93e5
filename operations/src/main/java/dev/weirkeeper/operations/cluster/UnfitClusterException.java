package dev.weirkeeper.operations.cluster;

import java.util.List;
import java.util.stream.Collectors;

/** A service refuses to work with a cluster; the message holds every finding with its fix. */
public final class UnfitClusterException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final transient List<Finding> findings;

  /** Wraps the findings, of which there must be one at least. */
  public UnfitClusterException(List<Finding> findings) {
    super(findings.stream().map(Finding::toString).collect(Collectors.joining("\n")));
    this.findings = List.copyOf(findings);
  }

  /** Every finding. */
  public List<Finding> findings() {
    return findings;
  }
}
