package dev.weirkeeper.cli.command;

import dev.weirkeeper.audit.export.Export;
import dev.weirkeeper.audit.store.Database;
import dev.weirkeeper.cli.cluster.ClusterAddress;
import dev.weirkeeper.cli.terminal.Amounts;
import dev.weirkeeper.cli.terminal.Terminal;
import dev.weirkeeper.cli.trouble.ExitCode;
import dev.weirkeeper.cli.trouble.Trouble;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Section.Of(Section.MONEY)
@Command(
    name = "export",
    description = "Write a table of the audit store to a Parquet or JSON Lines file.",
    footer = {
      "%nExamples:",
      "  weir export sessions sessions.parquet",
      "  weir export ledger ledger.jsonl --from 2026-11-01"
    })
final class ExportCommand extends StoreCommand {

  @Parameters(
      index = "0",
      paramLabel = "WHAT",
      description = "sessions, tasks, model_calls, tool_calls, ledger or log")
  Export.What what = Export.What.SESSIONS;

  @Parameters(index = "1", paramLabel = "FILE", description = "file to write; must not exist yet")
  Path file = Path.of("");

  @Option(
      names = "--format",
      paramLabel = "NAME",
      description = "parquet or jsonl (default: by the file's ending, else jsonl)")
  Export.@Nullable Format format;

  @Option(
      names = "--from",
      paramLabel = "DAY",
      converter = Days.class,
      description = "first day, UTC (default: all there is)")
  @Nullable Instant from;

  @Option(
      names = "--to",
      paramLabel = "DAY",
      converter = Days.class,
      description = "day after the last, UTC (default: all there is)")
  @Nullable Instant to;

  /** What was written. */
  record Exported(String what, String file, String format, long rows) {}

  @Override
  ExitCode run(ClusterAddress address, Database store, Terminal terminal)
      throws SQLException, IOException {
    Export.Format form =
        format != null
            ? format
            : file.toString().endsWith(".parquet") ? Export.Format.PARQUET : Export.Format.JSONL;
    try (OutputStream out =
            Files.newOutputStream(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        Connection connection = store.connection()) {
      long rows = Export.write(connection, what, form, from, to, out);
      Exported exported =
          new Exported(
              what.name().toLowerCase(Locale.ROOT),
              file.toString(),
              form.name().toLowerCase(Locale.ROOT),
              rows);
      terminal.show(exported, () -> "%s rows written to %s".formatted(Amounts.count(rows), file));
    } catch (FileAlreadyExistsException e) {
      throw new Trouble(ExitCode.USAGE, file + " exists already", e);
    }
    return ExitCode.DONE;
  }
}
