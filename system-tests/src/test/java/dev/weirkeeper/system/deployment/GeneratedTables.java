package dev.weirkeeper.system.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Tables of a page that the code declares, between {@code <!-- KIND NAME -->} and {@code <!-- /KIND
 * -->}. {@code -Ddocs.write=true} writes them.
 */
final class GeneratedTables {
  private GeneratedTables() {}

  /**
   * Fails unless the page has its tables as they are to be, one of each name.
   *
   * @param kind what the tables are of
   * @param table gives the table of a name
   */
  static void check(Path page, String kind, Iterable<String> names, UnaryOperator<String> table)
      throws IOException {
    Pattern place =
        Pattern.compile(
            "(<!-- %1$s (\\S+) -->\n)(.*?)(<!-- /%1$s -->)".formatted(kind), Pattern.DOTALL);
    String found = Files.readString(page);
    String wanted =
        place
            .matcher(found)
            .replaceAll(
                at ->
                    Matcher.quoteReplacement(at.group(1) + table.apply(at.group(2)) + at.group(4)));
    if (Boolean.getBoolean("docs.write")) {
      Files.writeString(page, wanted);
    }

    assertThat(Files.readString(page))
        .as("%s, written anew with -Ddocs.write=true", page)
        .isEqualTo(wanted);
    for (String name : names) {
      assertThat(found).contains("<!-- %s %s -->".formatted(kind, name));
    }
  }
}
