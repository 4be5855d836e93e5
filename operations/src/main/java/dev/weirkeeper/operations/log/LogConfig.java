package dev.weirkeeper.operations.log;

import dev.weirkeeper.operations.config.Catalogue;
import dev.weirkeeper.operations.config.Setting;
import dev.weirkeeper.operations.config.Settings;
import dev.weirkeeper.operations.redaction.Redaction;

/**
 * What is logged, how, and where to.
 *
 * @param format for people or for collectors
 * @param level least level of our own lines
 * @param kafkaLevel least level of Kafka's lines
 * @param target {@value #STDOUT}, {@value #STDERR} or the path of a file
 */
public record LogConfig(LogFormat format, LogLevel level, LogLevel kafkaLevel, String target) {

  /** Standard output. */
  public static final String STDOUT = "stdout";

  /** Standard error. */
  public static final String STDERR = "stderr";

  private static final Setting<LogFormat> FORMAT =
      Setting.choice("log.format", LogFormat.class)
          .defaultsTo("text")
          .describedAs("text for people, json for collectors");

  private static final Setting<LogLevel> LEVEL =
      Setting.choice("log.level", LogLevel.class)
          .defaultsTo("info")
          .describedAs("least level that is logged");

  private static final Setting<LogLevel> KAFKA_LEVEL =
      Setting.choice("log.kafka-level", LogLevel.class)
          .defaultsTo("warn")
          .describedAs("least level that is logged of what Kafka's libraries say");

  private static final Setting<String> TARGET =
      Setting.text("log.to")
          .defaultsTo(STDOUT)
          .describedAs("`stdout`, `stderr` or the path of a file");

  /** The settings of this record. */
  public static final Catalogue CATALOGUE = Catalogue.of(FORMAT, LEVEL, KAFKA_LEVEL, TARGET);

  /** Takes this record's part of a service's settings. */
  public static LogConfig from(Settings settings) {
    return new LogConfig(
        settings.get(FORMAT), settings.get(LEVEL), settings.get(KAFKA_LEVEL), settings.get(TARGET));
  }

  /**
   * Makes the process log this way from now on, unless logback was configured by its own file.
   * Whatever has the form of a secret is taken out of every line.
   */
  public void apply() {
    apply(Redaction.byForm());
  }

  /**
   * The same.
   *
   * @param redaction takes secrets out of every line
   */
  public void apply(Redaction redaction) {
    StartupLogging.apply(this, redaction);
  }
}
