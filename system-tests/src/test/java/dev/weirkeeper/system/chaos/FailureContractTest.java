package dev.weirkeeper.system.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.system.check.Checker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The published page says what is tested. */
final class FailureContractTest {

  private static final Pattern LINK = Pattern.compile("]\\(([^)#]+\\.java)(?:#([^)]+))?\\)");
  private static final Path PAGE = root().resolve("docs/failure-contract.md");

  @Test
  void every_link_leads_to_a_test_that_is_there() throws IOException {
    List<String> dead = new ArrayList<>();
    int links = 0;
    Matcher link = LINK.matcher(Files.readString(PAGE));
    while (link.find()) {
      links++;
      Path file = PAGE.resolveSibling(link.group(1)).normalize();
      String method = link.group(2);
      if (!Files.exists(file)) {
        dead.add(link.group());
      } else if (method != null && !Files.readString(file).contains("void " + method + "(")) {
        dead.add(link.group());
      }
    }

    assertThat(dead).isEmpty();
    assertThat(links).isGreaterThan(30);
  }

  @Test
  void every_row_of_the_contract_is_on_it() throws IOException {
    String page = Files.readString(PAGE);

    assertThat(IntStream.rangeClosed(1, 20).mapToObj(row -> "| F" + row + " |"))
        .allSatisfy(row -> assertThat(page).contains(row));
  }

  @Test
  void every_rule_of_the_checker_is_on_it() throws IOException {
    String page = Files.readString(PAGE);

    assertThat(Checker.names()).allSatisfy(rule -> assertThat(page).contains("`" + rule + "`"));
  }

  private static Path root() {
    Path at = Path.of("").toAbsolutePath();
    while (!Files.exists(at.resolve("docs/failure-contract.md")) && at.getParent() != null) {
      at = at.getParent();
    }
    return at;
  }
}
