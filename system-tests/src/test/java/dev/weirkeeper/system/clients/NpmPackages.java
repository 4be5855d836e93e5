package dev.weirkeeper.system.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The packages an example's lock file names, installed beside it as its users do. */
final class NpmPackages {

  private static final int OLDEST_NODE = 20;

  /** How npm says that it has no way to its registry, which a build may not have. */
  private static final List<String> NO_WAY =
      List.of("ENOTFOUND", "ECONNREFUSED", "ETIMEDOUT", "EAI_AGAIN", "ECONNRESET", "ENOTCACHED");

  private NpmPackages() {}

  /** Installs what is missing; skips the tests where Node, npm or its registry are not there. */
  static void install(Path example, Duration atMost) throws InterruptedException {
    Program node = Program.run(example, Map.of(), "", atMost, "node", "--version");
    String version = node.out().strip();
    if (Integer.parseInt(version.replaceFirst("^v(\\d+).*$", "$1")) < OLDEST_NODE) {
      abort("Node " + version + " is older than " + OLDEST_NODE + ", which the packages need");
    }
    if (installed(example)) {
      return;
    }
    Program npm =
        Program.run(
            example,
            Map.of(),
            "",
            atMost,
            "npm",
            "ci",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund");
    if (npm.status() != 0 && NO_WAY.stream().anyMatch(npm.err()::contains)) {
      abort("npm reaches no registry, so the packages can't be installed: " + npm.err().strip());
    }
    assertThat(npm.status()).as(npm.toString()).isZero();
  }

  /** npm leaves a copy of the lock file in what it installed; a fresh one needs no second look. */
  private static boolean installed(Path example) {
    Path marker = example.resolve("node_modules/.package-lock.json");
    try {
      return Files.exists(marker)
          && Files.getLastModifiedTime(marker)
                  .compareTo(Files.getLastModifiedTime(example.resolve("package-lock.json")))
              >= 0;
    } catch (IOException e) {
      return false;
    }
  }
}
