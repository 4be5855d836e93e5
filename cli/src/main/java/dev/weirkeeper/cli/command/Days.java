package dev.weirkeeper.cli.command;

import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads instants on the command line: a day, a month or an instant, all in UTC. */
final class Days implements ITypeConverter<Instant> {

  @Override
  public Instant convert(String text) {
    try {
      if (text.contains("T")) {
        return Instant.parse(text);
      }
      return (text.length() == 7 ? YearMonth.parse(text).atDay(1) : LocalDate.parse(text))
          .atStartOfDay(ZoneOffset.UTC)
          .toInstant();
    } catch (DateTimeParseException e) {
      throw new TypeConversionException(
          "expected a day such as 2026-11-25, a month such as 2026-11 or an instant such as"
              + " 2026-11-25T08:00:00Z, found '"
              + text
              + "'");
    }
  }
}
