package dev.weirkeeper.cli;

import dev.weirkeeper.cli.command.CommandTree;

/** The {@code weir} command. */
public final class Weir {

  private Weir() {}

  public static void main(String[] arguments) {
    System.exit(CommandTree.commands().execute(arguments));
  }
}
