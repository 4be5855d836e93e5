package dev.weirkeeper.cli.command;

import dev.weirkeeper.cli.trouble.ExitCode;
import dev.weirkeeper.cli.trouble.Trouble;
import dev.weirkeeper.schemas.price.InvalidPriceBookException;
import dev.weirkeeper.schemas.price.PriceBook;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which prices a command reckons with. */
final class PriceOptions {

  @Option(
      names = "--prices",
      paramLabel = "FILE",
      description = "price file over the shipped prices, in their form")
  @Nullable Path file;

  /** The prices. */
  PriceBook book() {
    Path given = file;
    if (given == null) {
      return PriceBook.shipped();
    }
    try {
      return PriceBook.shipped().with(given);
    } catch (IOException e) {
      throw new Trouble(ExitCode.USAGE, "the price file can't be read: " + e, e);
    } catch (InvalidPriceBookException e) {
      throw new Trouble(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
    }
  }
}
