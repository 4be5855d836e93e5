package dev.weirkeeper.cli.terminal;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Rows under a heading, in columns as wide as needed; numbers stand right. */
public final class Table {

  private final List<String> heading;
  private final List<List<String>> rows = new ArrayList<>();

  /** A table with these columns. */
  public Table(String... heading) {
    this.heading = List.of(heading);
  }

  /**
   * Adds a row.
   *
   * @throws IllegalArgumentException if it has not as many cells as the heading
   */
  public Table row(Object... cells) {
    if (cells.length != heading.size()) {
      throw new IllegalArgumentException("a row of " + heading.size() + " cells is expected");
    }
    rows.add(List.of(cells).stream().map(cell -> cell.toString().replaceAll("\\s+", " ")).toList());
    return this;
  }

  /** True if there is no row. */
  public boolean isEmpty() {
    return rows.isEmpty();
  }

  @Override
  public String toString() {
    int columns = heading.size();
    int[] width = new int[columns];
    boolean[] number = new boolean[columns];
    for (int i = 0; i < columns; i++) {
      int column = i;
      width[i] =
          IntStream.concat(
                  IntStream.of(heading.get(i).length()),
                  rows.stream().mapToInt(row -> row.get(column).length()))
              .max()
              .orElse(0);
      number[i] =
          !rows.isEmpty()
              && rows.stream()
                  .allMatch(row -> row.get(column).matches("\\$?-?[0-9.,]+( (ms|s))?|-"));
    }
    List<String> lines = new ArrayList<>();
    lines.add(line(heading, width, number));
    lines.add(IntStream.of(width).mapToObj("-"::repeat).collect(Collectors.joining("  ")));
    rows.forEach(row -> lines.add(line(row, width, number)));
    return String.join("\n", lines);
  }

  private static String line(List<String> cells, int[] width, boolean[] number) {
    return IntStream.range(0, cells.size())
        .mapToObj(
            i -> {
              String space = " ".repeat(width[i] - cells.get(i).length());
              return number[i] ? space + cells.get(i) : cells.get(i) + space;
            })
        .collect(Collectors.joining("  "))
        .stripTrailing();
  }
}
