package dev.weirkeeper.operations.metric;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The metrics of a service, in the order they are shown. Immutable. */
public final class Measures {

  private final List<Measure> all;

  private Measures(List<Measure> all) {
    this.all = all;
  }

  /**
   * A catalogue of these metrics.
   *
   * @throws IllegalArgumentException if two have the same name
   */
  public static Measures of(Measure... measures) {
    Set<String> names = new HashSet<>();
    for (Measure measure : measures) {
      if (!names.add(measure.prometheusName())) {
        throw new IllegalArgumentException("declared twice: " + measure);
      }
    }
    return new Measures(List.of(measures));
  }

  /** Every metric, in order. */
  public List<Measure> all() {
    return all;
  }

  /** The metrics as a table for documents, one row each. */
  public String markdown() {
    return all.stream()
        .map(Measure::row)
        .collect(
            Collectors.joining(
                "\n",
                "| metric | kind | labels | unit | meaning |\n|---|---|---|---|---|\n",
                "\n"));
  }
}
