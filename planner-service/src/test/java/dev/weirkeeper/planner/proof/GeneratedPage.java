package dev.weirkeeper.planner.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A page of the docs that is an output: written on demand, compared otherwise. */
final class GeneratedPage {
  private GeneratedPage() {}

  /** Seen from the module's folder. */
  private static final Path DOCS = Path.of("../docs");

  static void check(String name, String text) throws IOException {
    Path file = DOCS.resolve(name);
    if (Boolean.getBoolean("docs.write")) {
      Files.createDirectories(DOCS);
      Files.writeString(file, text);
    }
    assertThat(file)
        .as("docs/%s is generated; write it anew with -Ddocs.write=true", name)
        .hasContent(text);
  }
}
