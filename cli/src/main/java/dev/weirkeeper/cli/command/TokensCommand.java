package dev.weirkeeper.cli.command;

import dev.weirkeeper.audit.access.Role;
import dev.weirkeeper.audit.access.Tenants;
import dev.weirkeeper.audit.access.Token;
import dev.weirkeeper.audit.access.TokenFile;
import dev.weirkeeper.cli.stack.DataDirectory;
import dev.weirkeeper.cli.terminal.Amounts;
import dev.weirkeeper.cli.terminal.Table;
import dev.weirkeeper.cli.terminal.Terminal;
import dev.weirkeeper.cli.trouble.ExitCode;
import dev.weirkeeper.cli.trouble.Trouble;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Section.Of(Section.CLUSTER)
@Command(
    name = "tokens",
    description = "Who may use the audit API and the console.",
    subcommands = {
      TokensCommand.Create.class,
      TokensCommand.ListTokens.class,
      TokensCommand.Revoke.class
    })
final class TokensCommand extends Group {

  /** Where tokens are kept. */
  static final class FileOptions {

    @Option(
        names = "--file",
        paramLabel = "FILE",
        description =
            "token file, as console.tokens-file names it (default: that of the local stack)")
    @Nullable Path file;

    @Option(
        names = "--data",
        paramLabel = "DIR",
        description = "data of the local stack (default: .weir)")
    Path data = DataDirectory.DEFAULT;

    TokenFile open() {
      return new TokenFile(file != null ? file : data.resolve("tokens"));
    }
  }

  /** A token as it is shown: its secret only when it is made. */
  record Shown(
      String name,
      List<String> roles,
      boolean allTenants,
      Set<String> tenants,
      @Nullable Instant expires,
      @Nullable String token) {

    static Shown of(Token token, @Nullable String secret) {
      return new Shown(
          token.name(),
          token.roles().stream().sorted().map(Role::word).toList(),
          token.tenants().all(),
          token.tenants().names(),
          token.expires().orElse(null),
          secret);
    }
  }

  @Command(
      name = "create",
      description =
          "Make a token and print it, once: only its SHA-256 is kept. A service that reads the file"
              + " lets it in within a second.",
      footer = {
        "%nExamples:",
        "  weir tokens create --name maria --role approver --tenant acme --expires-in 90d"
      })
  static final class Create extends WeirCommand {

    @Mixin final FileOptions where = new FileOptions();

    @Option(
        names = "--name",
        paramLabel = "NAME",
        required = true,
        description = "who holds it: stands in decisions and logs")
    String name = "";

    @Option(
        names = "--role",
        paramLabel = "ROLE",
        split = ",",
        required = true,
        description = "viewer, operator, approver, admin; several separated by commas")
    List<String> roles = List.of();

    @Option(
        names = "--tenant",
        paramLabel = "TENANT",
        split = ",",
        required = true,
        description = "whose records it sees; several separated by commas, * for all")
    List<String> tenants = List.of();

    @Option(
        names = "--expires-in",
        paramLabel = "TIME",
        description = "stops working after this time, such as 90d (default: never)")
    @Nullable Duration expiresIn;

    @Override
    ExitCode run(Terminal terminal) {
      Token.Issued issued;
      try {
        issued =
            Token.issue(
                name,
                roles.stream()
                    .map(String::strip)
                    .map(Role::of)
                    .collect(Collectors.toCollection(() -> EnumSet.noneOf(Role.class))),
                Tenants.of(new TreeSet<>(tenants)),
                Optional.ofNullable(expiresIn).map(Instant.now()::plus));
      } catch (IllegalArgumentException e) {
        throw new Trouble(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
      }
      TokenFile file = where.open();
      try {
        file.add(issued.token());
      } catch (FileAlreadyExistsException e) {
        throw new Trouble(
            ExitCode.USAGE,
            "there is a token named %s in %s: revoke it first, or choose another name"
                .formatted(name, file.path()),
            e);
      } catch (IOException | IllegalArgumentException e) {
        throw unusable(file, e);
      }
      terminal.show(Shown.of(issued.token(), issued.secret()), issued::secret);
      terminal.note(
          "this is shown once; its hash is in %s. Use it as Authorization: Bearer TOKEN, or sign in to the console with it"
              .formatted(file.path()));
      return ExitCode.DONE;
    }
  }

  @Command(
      name = "list",
      description = "Show who has a token.",
      footer = {"%nExamples:", "  weir tokens list"})
  static final class ListTokens extends WeirCommand {

    @Mixin final FileOptions where = new FileOptions();

    @Override
    ExitCode run(Terminal terminal) {
      TokenFile file = where.open();
      List<Token> tokens;
      try {
        tokens = file.read();
      } catch (IOException | IllegalArgumentException e) {
        throw unusable(file, e);
      }
      Table table = new Table("name", "roles", "tenants", "expires");
      for (Token token : tokens) {
        if (terminal.json()) {
          terminal.show(Shown.of(token, null), String::new);
        }
        table.row(
            token.name(),
            token.roles().stream().sorted().map(Role::word).collect(Collectors.joining(", ")),
            token.tenants(),
            token.expires().map(Amounts::moment).orElse("never"));
      }
      if (!terminal.json()) {
        terminal.show(
            tokens, () -> tokens.isEmpty() ? "no tokens in " + file.path() : table.toString());
      }
      return ExitCode.DONE;
    }
  }

  @Command(
      name = "revoke",
      description = "Take a token back; it stops working within a second.",
      footer = {"%nExamples:", "  weir tokens revoke maria"})
  static final class Revoke extends WeirCommand {

    @Mixin final FileOptions where = new FileOptions();

    @Parameters(paramLabel = "NAME", description = "name of the token")
    String name = "";

    /** A token that works no more. */
    record Revoked(String name) {}

    @Override
    ExitCode run(Terminal terminal) {
      TokenFile file = where.open();
      try {
        if (!file.remove(name)) {
          throw new Trouble(
              ExitCode.NOT_FOUND,
              "there is no token named %s in %s: weir tokens list shows them"
                  .formatted(name, file.path()));
        }
      } catch (IOException | IllegalArgumentException e) {
        throw unusable(file, e);
      }
      terminal.show(new Revoked(name), () -> "token " + name + " is revoked");
      return ExitCode.DONE;
    }
  }

  private static Trouble unusable(TokenFile file, Exception e) {
    return new Trouble(
        ExitCode.USAGE,
        "the token file %s can't be used (%s): correct it, or name another with --file"
            .formatted(file.path(), e.getMessage()),
        e);
  }
}
