package dev.weirkeeper.operations.redaction;

import dev.weirkeeper.operations.config.Catalogue;
import dev.weirkeeper.operations.config.Problem;
import dev.weirkeeper.operations.config.Secret;
import dev.weirkeeper.operations.config.Setting;
import dev.weirkeeper.operations.config.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** How a service is told what a secret looks like. */
public final class RedactionConfig {

  private static final long LARGEST_FILE = 1 << 20;

  /** A user's rules, read. */
  private record More(String text, String origin) {

    static More read(String file) {
      Path path = Path.of(file);
      try {
        if (Files.size(path) > LARGEST_FILE) {
          throw new IllegalArgumentException("a rule file of at most 1 MiB");
        }
        String text = Files.readString(path);
        RuleFile.parse(text, file);
        return new More(text, file);
      } catch (IOException e) {
        throw new IllegalArgumentException("a rule file that can be read (" + e + ")", e);
      }
    }
  }

  private static final Setting<Optional<More>> RULES =
      Setting.text("redaction.rules-file")
          .as(More::read)
          .optional()
          .describedAs("file with more rules for what a secret looks like");

  private static final Setting<List<String>> OFF =
      Setting.list("redaction.off")
          .defaultsTo("")
          .where(
              names -> names.stream().allMatch(name -> name.matches("[a-z][a-z0-9-]*")),
              "names of rules, separated by commas")
          .describedAs("rules that are not applied, by name");

  /** The settings. */
  public static final Catalogue CATALOGUE =
      Catalogue.of(RULES, OFF).rule(RedactionConfig::offNamesRules);

  private RedactionConfig() {}

  /** What these settings say, with every secret among them known by itself. */
  public static Redaction from(Settings settings) {
    return byRules(settings).knowing(settings.secrets().stream().map(Secret::reveal).toList());
  }

  private static Redaction byRules(Settings settings) {
    Optional<More> more = settings.get(RULES);
    return Redaction.of(
        more.map(More::text).orElse(""), more.map(More::origin).orElse(""), settings.get(OFF));
  }

  private static Optional<Problem> offNamesRules(Settings settings) {
    try {
      byRules(settings);
      return Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.of(
          new Problem(
              OFF.key(), String.join(",", settings.get(OFF)), String.valueOf(e.getMessage())));
    }
  }
}
