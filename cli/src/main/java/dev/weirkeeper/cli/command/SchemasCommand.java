package dev.weirkeeper.cli.command;

import dev.weirkeeper.cli.cluster.Bootstrap;
import dev.weirkeeper.cli.cluster.Bootstrap.Compared;
import dev.weirkeeper.cli.terminal.Table;
import dev.weirkeeper.cli.terminal.Terminal;
import dev.weirkeeper.cli.trouble.ExitCode;
import dev.weirkeeper.cli.trouble.Explanation;
import dev.weirkeeper.schemas.serde.SchemaRegistry;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Section.Of(Section.CLUSTER)
@Command(
    name = "schemas",
    description = "The schemas of the topics' records in the registry.",
    subcommands = {SchemasCommand.Register.class, SchemasCommand.Check.class})
final class SchemasCommand extends Group {

  /** Needs the registry only, so that it works where no broker is within reach. */
  abstract static class RegistryCommand extends WeirCommand {

    @Mixin final ClusterOptions cluster = new ClusterOptions();

    @Override
    final ExitCode run(Terminal terminal) {
      var address = cluster.address();
      try {
        return run(
            new Bootstrap(address.topics(), address.pools()),
            SchemaRegistry.connect(address.connection().serde()),
            terminal);
      } catch (RuntimeException e) {
        throw new Explanation(address.connection().bootstrapServers()).of(e);
      }
    }

    abstract ExitCode run(Bootstrap bootstrap, SchemaRegistry registry, Terminal terminal);
  }

  @Command(
      name = "register",
      description = "Register every schema and have the registry refuse incompatible ones.",
      footer = {"%nExamples:", "  weir schemas register"})
  static final class Register extends RegistryCommand {
    @Override
    ExitCode run(Bootstrap bootstrap, SchemaRegistry registry, Terminal terminal) {
      Table table = new Table("subject", "id");
      for (Bootstrap.Registered registered : bootstrap.schemas(registry)) {
        table.row(registered.subject(), registered.id());
        if (terminal.json()) {
          terminal.show(registered, String::new);
        }
      }
      if (!terminal.json()) {
        terminal.show(table, table::toString);
      }
      return ExitCode.DONE;
    }
  }

  @Command(
      name = "check",
      description =
          "Compare this version's schemas with the registry's, changing nothing. Returns 1 if one"
              + " is incompatible.",
      footer = {"%nExamples:", "  weir schemas check"})
  static final class Check extends RegistryCommand {
    @Override
    ExitCode run(Bootstrap bootstrap, SchemaRegistry registry, Terminal terminal) {
      List<Compared> all = bootstrap.compare(registry);
      Table table = new Table("subject", "state", "objections");
      for (Compared compared : all) {
        table.row(
            compared.subject(),
            compared.state().name().toLowerCase(Locale.ROOT),
            compared.objections().isEmpty() ? "-" : String.join("; ", compared.objections()));
        if (terminal.json()) {
          terminal.show(compared, String::new);
        }
      }
      if (!terminal.json()) {
        terminal.show(table, table::toString);
      }
      return all.stream().anyMatch(one -> one.state() == Compared.State.INCOMPATIBLE)
          ? ExitCode.OUTCOME
          : ExitCode.DONE;
    }
  }
}
