package dev.weirkeeper.cli.command;

import dev.weirkeeper.operations.config.Quantity;
import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads times on the command line as everywhere else: {@code 30s}, {@code 10m}. */
final class Times implements ITypeConverter<Duration> {

  @Override
  public Duration convert(String text) {
    try {
      return Quantity.duration(text);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException("expected " + e.getMessage() + ", found '" + text + "'");
    }
  }
}
