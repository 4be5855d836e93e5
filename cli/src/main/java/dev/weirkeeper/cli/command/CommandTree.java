package dev.weirkeeper.cli.command;

import dev.weirkeeper.cli.cluster.LeastRights;
import dev.weirkeeper.cli.trouble.ExitCode;
import dev.weirkeeper.cli.trouble.Explanation;
import dev.weirkeeper.cli.trouble.Trouble;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.ServiceLoader;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IHelpSectionRenderer;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.UsageMessageSpec;

/** Every command, ready to run. */
@Command(
    name = "weir",
    versionProvider = CommandTree.Version.class,
    description = "Weirkeeper: production LLM agents on Kafka.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      Demo.class,
      Run.class,
      Up.class,
      Submit.class,
      Watch.class,
      Show.class,
      ReplayCommand.class,
      ForkCommand.class,
      AuditCommand.class,
      RecostCommand.class,
      ExplainCommand.class,
      ReconcileCommand.class,
      EraseCommand.class,
      ExportCommand.class,
      ApprovalsCommand.class,
      DecisionCommands.Approve.class,
      DecisionCommands.Reject.class,
      DecisionCommands.AnswerQuestion.class,
      ControlCommands.Cancel.class,
      ControlCommands.Pause.class,
      ControlCommands.Resume.class,
      SessionsCommand.class,
      CostCommand.class,
      TokensCommand.class,
      AgentsCommand.class,
      ToolsCommand.class,
      McpCommand.class,
      NewToolCommand.class,
      ConformanceCommand.class,
      BootstrapCommand.class,
      TopicsCommand.class,
      SchemasCommand.class,
      AclsCommand.class,
      DeadLettersCommand.class,
      DoctorCommand.class,
      RehearsalCommand.class,
      AutoComplete.GenerateCompletion.class,
      HelpCommand.class
    })
public final class CommandTree extends Group {

  /** The tree with its way of reporting trouble. */
  public static CommandLine commands() {
    CommandLine line = new CommandLine(new CommandTree());
    ServiceLoader.load(ExtraCommand.class).forEach(line::addSubcommand);
    line.registerConverter(Duration.class, new Times());
    line.registerConverter(
        LeastRights.Role.class,
        word -> LeastRights.Role.valueOf(word.toUpperCase(Locale.ROOT).replace('-', '_')));
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setExecutionExceptionHandler(
        (failure, commandLine, parsed) -> {
          Trouble trouble =
              failure instanceof Trouble known
                  ? known
                  : new Explanation("the address given").of(failure);
          PrintWriter err = commandLine.getErr();
          err.println("weir: " + trouble.sentence());
          if (trouble.exitCode() == ExitCode.BUG) {
            failure.printStackTrace(err);
          }
          err.flush();
          return trouble.exitCode().number();
        });
    line.setParameterExceptionHandler(
        (problem, arguments) -> {
          PrintWriter err = problem.getCommandLine().getErr();
          err.println("weir: " + problem.getMessage());
          if (!CommandLine.UnmatchedArgumentException.printSuggestions(problem, err)) {
            err.println(
                "See " + problem.getCommandLine().getCommandSpec().qualifiedName() + " --help");
          }
          err.flush();
          return ExitCode.USAGE.number();
        });
    footer(line);
    Map<String, IHelpSectionRenderer> help = line.getHelpSectionMap();
    help.put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST_HEADING, _ -> "");
    help.put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST, Section::commands);
    line.setHelpSectionMap(help);
    return line;
  }

  private static void footer(CommandLine line) {
    line.getCommandSpec()
        .usageMessage()
        .exitCodeListHeading("%nExit codes:%n")
        .exitCodeList(exitCodes());
    line.getSubcommands().values().forEach(CommandTree::footer);
  }

  private static java.util.Map<String, String> exitCodes() {
    java.util.Map<String, String> codes = new java.util.LinkedHashMap<>();
    Arrays.stream(ExitCode.values())
        .forEach(code -> codes.put(Integer.toString(code.number()), code.meaning()));
    return codes;
  }

  /** The version written in the jar. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = CommandTree.class.getPackage().getImplementationVersion();
      return new String[] {"weir " + (version == null ? "development" : version)};
    }
  }
}
