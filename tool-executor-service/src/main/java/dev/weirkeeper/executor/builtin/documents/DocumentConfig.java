package dev.weirkeeper.executor.builtin.documents;

import dev.weirkeeper.operations.config.Catalogue;
import dev.weirkeeper.operations.config.Setting;
import dev.weirkeeper.operations.config.Settings;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Which documents are searched.
 *
 * @param folder what holds them; absent: the tool is not offered
 * @param refresh how old the last look at the folder may be
 * @param maxFileBytes larger files are left out
 * @param maxFiles files beyond so many are left out
 */
public record DocumentConfig(
    Optional<Path> folder, Duration refresh, long maxFileBytes, int maxFiles) {

  public static final Setting<Optional<Path>> FOLDER =
      Setting.text("tools.documents.folder")
          .as(DocumentConfig::path)
          .optional()
          .describedAs(
              "folder that search_documents searches: Markdown, text, HTML and PDF, subfolders"
                  + " included");

  public static final Setting<Duration> REFRESH =
      Setting.duration("tools.documents.refresh")
          .defaultsTo("5s")
          .between("0s", "1h")
          .describedAs("how soon changed files are noticed");

  public static final Setting<Long> MAX_FILE =
      Setting.bytes("tools.documents.max-file")
          .defaultsTo("16MiB")
          .between("1KiB", "128MiB")
          .describedAs("larger files are left out");

  public static final Setting<Integer> MAX_FILES =
      Setting.integer("tools.documents.max-files")
          .defaultsTo("10000")
          .between("1", "100000")
          .describedAs("files beyond so many are left out");

  /** The settings of this record. */
  public static final Catalogue CATALOGUE = Catalogue.of(FOLDER, REFRESH, MAX_FILE, MAX_FILES);

  /** Takes this record's part of an executor's settings. */
  public static DocumentConfig from(Settings settings) {
    return new DocumentConfig(
        settings.get(FOLDER),
        settings.get(REFRESH),
        settings.get(MAX_FILE),
        settings.get(MAX_FILES));
  }

  private static Path path(String text) {
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException("a path", e);
    }
  }
}
