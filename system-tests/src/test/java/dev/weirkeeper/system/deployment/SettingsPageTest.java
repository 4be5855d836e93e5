package dev.weirkeeper.system.deployment;

import java.io.IOException;
import java.nio.file.Path;
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

  @Test
  void the_page_has_every_setting_of_every_service() throws IOException {
    GeneratedTables.check(
        PAGE, "settings", Processes.services(), service -> Processes.catalogue(service).markdown());
  }
}
