package dev.weirkeeper.cli.command;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Help;

/** Where a command stands in the help of {@code weir}. */
enum Section {
  START("Begin here:"),
  WORK("Tasks and sessions:"),
  PEOPLE("Decisions by people:"),
  MONEY("Money and proof:"),
  AGENTS("Agents and tools:"),
  CLUSTER("The cluster:"),
  PROOF("Breaking and measuring:"),
  MORE("More:");

  private final String heading;

  Section(String heading) {
    this.heading = heading;
  }

  /** Puts a command into a section; one without stands at the end. */
  @Retention(RetentionPolicy.RUNTIME)
  @Target(ElementType.TYPE)
  @interface Of {
    Section value();
  }

  static Section of(Object command) {
    Of of = command.getClass().getAnnotation(Of.class);
    return of != null ? of.value() : command instanceof ExtraCommand ? PROOF : MORE;
  }

  /** The commands of a help text, section by section. */
  static String commands(Help help) {
    StringBuilder text = new StringBuilder();
    for (Section section : values()) {
      Map<String, Help> commands = new LinkedHashMap<>(help.subcommands());
      commands.values().removeIf(command -> of(command.commandSpec().userObject()) != section);
      if (!commands.isEmpty()) {
        text.append(String.format("%n%s%n", section.heading)).append(help.commandList(commands));
      }
    }
    return text.toString();
  }
}
