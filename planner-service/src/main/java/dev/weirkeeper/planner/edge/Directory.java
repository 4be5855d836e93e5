package dev.weirkeeper.planner.edge;

import dev.weirkeeper.operations.redaction.Redaction;
import dev.weirkeeper.schemas.content.RecordTexts;
import dev.weirkeeper.schemas.topic.AgentKeys;
import dev.weirkeeper.wire.AgentDefinition;
import dev.weirkeeper.wire.TenantDefinition;
import dev.weirkeeper.wire.ToolDefinition;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/**
 * The newest definitions of agents, tools and tenants, and the older versions of agents. Filled
 * from their compacted topics before the first task is looked at, and kept up to date after that.
 * Thread-safe.
 */
public final class Directory {
  private final Redaction redaction;
  private final Map<String, AgentDefinition> agents = new ConcurrentHashMap<>();
  private final Map<String, ToolDefinition> tools = new ConcurrentHashMap<>();
  private final Map<String, TenantDefinition> tenants = new ConcurrentHashMap<>();
  private volatile Set<String> frozen = Set.of();
  private final AtomicLong version = new AtomicLong();

  /**
   * Knows nothing yet.
   *
   * @param redaction takes secrets out of what people wrote into agents
   */
  public Directory(Redaction redaction) {
    this.redaction = redaction;
  }

  /** The newest definition of an agent. */
  public Optional<AgentDefinition> agent(String name) {
    return Optional.ofNullable(agents.get(name));
  }

  /** A version of an agent, the newest or an older one that is kept. */
  public Optional<AgentDefinition> agent(String name, String version) {
    return agent(name)
        .filter(newest -> newest.getVersion().equals(version))
        .or(() -> Optional.ofNullable(agents.get(AgentKeys.version(name, version))));
  }

  /** Versions of an agent that tasks may name, for messages. */
  public List<String> versionsOf(String name) {
    return agents.values().stream()
        .filter(agent -> agent.getName().equals(name))
        .map(AgentDefinition::getVersion)
        .distinct()
        .sorted()
        .toList();
  }

  /** Whether somebody has stopped a tenant. */
  public boolean frozen(String tenant) {
    return frozen.contains(tenant);
  }

  /** The tenants that are stopped. */
  public Set<String> frozen() {
    return frozen;
  }

  /** The newest definition of a tenant. */
  public Optional<TenantDefinition> tenant(String name) {
    return Optional.ofNullable(tenants.get(name));
  }

  /** The tools an agent may call, by name, ascending. */
  List<ToolDefinition> toolsOf(AgentDefinition agent) {
    List<String> allowed = agent.getTools();
    return tools.values().stream()
        .filter(tool -> allowed == null || allowed.contains(tool.getName()))
        .sorted((a, b) -> a.getName().compareTo(b.getName()))
        .toList();
  }

  /** Names of the agents, for messages. */
  public List<String> agentNames() {
    return agents.keySet().stream().filter(key -> !AgentKeys.namesVersion(key)).sorted().toList();
  }

  /** Changes whenever a definition does. */
  long version() {
    return version.get();
  }

  /** Number of tools known. */
  public int toolCount() {
    return tools.size();
  }

  /** Number of agents known. */
  public int agentCount() {
    return agentNames().size();
  }

  /**
   * Takes a definition in the place of the one before.
   *
   * @param key of its record
   * @throws IllegalArgumentException if it is none, or another one than its key says
   */
  public void put(String key, Object definition) {
    switch (definition) {
      case AgentDefinition agent -> {
        if (!AgentKeys.of(agent).contains(key)) {
          throw new IllegalArgumentException(
              "it is version %s of agent %s".formatted(agent.getVersion(), agent.getName()));
        }
        agents.put(key, RecordTexts.map(agent, redaction::apply));
      }
      case ToolDefinition tool -> tools.put(tool.getName(), tool);
      case TenantDefinition tenant -> {
        tenants.put(tenant.getName(), tenant);
        noteFrozen();
      }
      default -> throw new IllegalArgumentException("not a definition: " + definition.getClass());
    }
    version.incrementAndGet();
  }

  /** Forgets the definition of a kind that has this key. */
  public void remove(Class<?> kind, String key) {
    if (kind == AgentDefinition.class) {
      agents.remove(key);
    } else if (kind == ToolDefinition.class) {
      tools.remove(key);
    } else if (kind == TenantDefinition.class) {
      tenants.remove(key);
      noteFrozen();
    }
    version.incrementAndGet();
  }

  private void noteFrozen() {
    frozen =
        tenants.values().stream()
            .filter(TenantDefinition::getFrozen)
            .map(TenantDefinition::getName)
            .collect(Collectors.toUnmodifiableSet());
  }
}
