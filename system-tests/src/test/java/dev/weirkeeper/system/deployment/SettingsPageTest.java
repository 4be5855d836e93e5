package dev.weirkeeper.system.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * The tables of docs/deployment.md are what the code declares. {@code -Ddocs.write=true} writes
 * them:
 *
 * <pre>
 * mvn -pl system-tests -am test -Dtest=SettingsPageTest -Dsurefire.failIfNoSpecifiedTests=false -Ddocs.write=true
 * </pre>
 */
final class SettingsPageTest {

  private static final Path PAGE = Path.of("..", "docs", "deployment.md");
  private static final Pattern TABLE =
      Pattern.compile("(<!-- settings (\\S+) -->\n)(.*?)(<!-- /settings -->)", Pattern.DOTALL);

  @Test
  void the_page_has_every_setting_of_every_service() throws IOException {
    String page = Files.readString(PAGE);
    String wanted =
        TABLE
            .matcher(page)
            .replaceAll(
                table ->
                    Matcher.quoteReplacement(
                        table.group(1)
                            + Processes.catalogue(table.group(2)).markdown()
                            + table.group(4)));
    if (Boolean.getBoolean("docs.write")) {
      Files.writeString(PAGE, wanted);
    }

    assertThat(Files.readString(PAGE))
        .as("docs/deployment.md, written anew with -Ddocs.write=true")
        .isEqualTo(wanted);
    for (String service : Processes.services()) {
      assertThat(page).contains("<!-- settings " + service + " -->");
    }
  }
}
