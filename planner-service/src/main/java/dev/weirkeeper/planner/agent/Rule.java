package dev.weirkeeper.planner.agent;

/**
 * One line of an approval policy.
 *
 * @param id names it in the log
 * @param tool a name, or a prefix with a trailing {@code *}
 * @param destructiveOnly matches only destructive tools
 */
public record Rule(String id, String tool, Action action, boolean destructiveOnly) {

  /** What happens to a call that matches. */
  public enum Action {
    ALLOW,
    ASK,
    DENY
  }

  static final Rule DESTRUCTIVE = new Rule("default", "*", Action.ASK, true);
  static final Rule HARMLESS = new Rule("default", "*", Action.ALLOW, false);

  boolean matches(Tool candidate) {
    boolean named =
        tool.endsWith("*")
            ? candidate.name().startsWith(tool.substring(0, tool.length() - 1))
            : candidate.name().equals(tool);
    return named && (!destructiveOnly || candidate.destructive());
  }
}
