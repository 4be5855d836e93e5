package dev.weirkeeper.operations.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.FileAppender;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.spi.ContextAwareBase;
import dev.weirkeeper.operations.redaction.Redaction;
import java.util.List;
import org.slf4j.LoggerFactory;

/**
 * Configures logback without a file of settings. Found by logback through its service entry, before
 * a service has read its own settings.
 */
@ConfiguratorRank(ConfiguratorRank.CUSTOM_NORMAL_PRIORITY)
public final class StartupLogging extends ContextAwareBase implements Configurator {

  private static final String LINE = "%d{HH:mm:ss.SSS} %-5level [%thread] %logger{24} %msg%n";

  private static final List<String> KAFKA_LOGGERS =
      List.of("org.apache.kafka", "kafka", "state.change.logger", "org.apache.zookeeper");

  /** Libraries whose INFO lines say nothing an operator acts on. */
  private static final List<String> QUIET_LOGGERS =
      List.of("com.zaxxer.hikari", "org.flywaydb", "io.javalin", "org.eclipse.jetty", "io.zonky");

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    if (logbackHasItsOwnFile()) {
      return ExecutionStatus.INVOKE_NEXT_IF_ANY;
    }
    configure(
        context,
        new LogConfig(LogFormat.TEXT, LogLevel.INFO, LogLevel.WARN, LogConfig.STDOUT),
        Redaction.byForm());
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  static void apply(LogConfig config, Redaction redaction) {
    if (!logbackHasItsOwnFile()
        && LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      context.reset();
      configure(context, config, redaction);
    }
  }

  private static boolean logbackHasItsOwnFile() {
    ClassLoader loader = StartupLogging.class.getClassLoader();
    return System.getProperty("logback.configurationFile") != null
        || loader.getResource("logback-test.xml") != null
        || loader.getResource("logback.xml") != null;
  }

  /** Makes a context that has nothing yet log this way. */
  static void configure(LoggerContext context, LogConfig config, Redaction redaction) {
    OutputStreamAppender<ILoggingEvent> output = output(config.target());
    output.setContext(context);
    output.setName("output");
    output.setEncoder(new RedactingEncoder(encoder(config.format(), context), redaction));
    output.start();
    var root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.addAppender(output);
    root.setLevel(Level.valueOf(config.level().name()));
    KAFKA_LOGGERS.forEach(
        name -> context.getLogger(name).setLevel(Level.valueOf(config.kafkaLevel().name())));
    QUIET_LOGGERS.forEach(name -> context.getLogger(name).setLevel(Level.WARN));
  }

  private static OutputStreamAppender<ILoggingEvent> output(String target) {
    return switch (target) {
      case LogConfig.STDOUT -> console("System.out");
      case LogConfig.STDERR -> console("System.err");
      default -> {
        FileAppender<ILoggingEvent> file = new FileAppender<>();
        file.setFile(target);
        yield file;
      }
    };
  }

  private static ConsoleAppender<ILoggingEvent> console(String stream) {
    ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
    console.setTarget(stream);
    return console;
  }

  private static Encoder<ILoggingEvent> encoder(LogFormat format, LoggerContext context) {
    Encoder<ILoggingEvent> encoder =
        switch (format) {
          case TEXT -> {
            PatternLayoutEncoder line = new PatternLayoutEncoder();
            line.setPattern(LINE);
            yield line;
          }
          case JSON -> {
            JsonEncoder json = new JsonEncoder();
            json.setWithSequenceNumber(false);
            json.setWithNanoseconds(false);
            json.setWithContext(false);
            json.setWithMessage(false);
            json.setWithArguments(false);
            json.setWithFormattedMessage(true);
            yield json;
          }
        };
    encoder.setContext(context);
    encoder.start();
    return encoder;
  }
}
