package dev.weirkeeper.schemas.topic;

import dev.weirkeeper.wire.AgentDefinition;
import java.util.List;

/**
 * The keys of agent definitions on their compacted topic. Each definition is written twice: under
 * {@code name@version}, so that every version is kept, and then under {@code name}, which is the
 * newest. A definition that is only written under its name can be used, until a newer one comes.
 */
public final class AgentKeys {
  private static final char AT = '@';

  private AgentKeys() {}

  /** Both keys of a definition, in the order they are written. */
  public static List<String> of(AgentDefinition agent) {
    return List.of(version(agent.getName(), agent.getVersion()), agent.getName());
  }

  /** The key of one version. */
  public static String version(String name, String version) {
    return name + AT + version;
  }

  /** Whether a key is that of one version. */
  public static boolean namesVersion(String key) {
    return key.indexOf(AT) >= 0;
  }
}
