package dev.weirkeeper.system.check;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Judges a dump on disk. */
public final class CheckMain {

  private CheckMain() {}

  /**
   * Prints what is wrong.
   *
   * @param arguments the file of a dump; exits with 0 if nothing is wrong, 1 if something is, 2
   *     without a file
   */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length != 1) {
      System.err.println("name the file of a dump, as a failed run keeps it");
      System.exit(2);
    }
    Dump dump = DumpFile.read(Path.of(arguments[0]));
    List<Violation> violations = Checker.check(dump);
    violations.forEach(System.out::println);
    System.out.printf(
        "%d records, %d effects, %d charges, %d rules: %s%n",
        dump.records().size(),
        dump.effects().size(),
        dump.charges().size(),
        Checker.names().size(),
        violations.isEmpty() ? "all kept" : violations.size() + " violations");
    System.exit(violations.isEmpty() ? 0 : 1);
  }
}
