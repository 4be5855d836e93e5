package dev.weirkeeper.planner.edge;

import dev.weirkeeper.wire.AgentDefinition;
import dev.weirkeeper.wire.TenantDefinition;
import dev.weirkeeper.wire.ToolDefinition;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The newest definitions of agents, tools and tenants. Filled from their compacted topics before
 * the first task is looked at, and kept up to date after that. Thread-safe.
 */
public final class Directory {
  private final Map<String, AgentDefinition> agents = new ConcurrentHashMap<>();
  private final Map<String, ToolDefinition> tools = new ConcurrentHashMap<>();
  private final Map<String, TenantDefinition> tenants = new ConcurrentHashMap<>();
  private final AtomicLong version = new AtomicLong();

  /** The newest definition of an agent. */
  public Optional<AgentDefinition> agent(String name) {
    return Optional.ofNullable(agents.get(name));
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
    return agents.keySet().stream().sorted().toList();
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
    return agents.size();
  }

  /** Takes a definition in the place of the one before. */
  public void put(Object definition) {
    switch (definition) {
      case AgentDefinition agent -> agents.put(agent.getName(), agent);
      case ToolDefinition tool -> tools.put(tool.getName(), tool);
      case TenantDefinition tenant -> tenants.put(tenant.getName(), tenant);
      default -> throw new IllegalArgumentException("not a definition: " + definition.getClass());
    }
    version.incrementAndGet();
  }

  /** Forgets what has this name. */
  public void remove(String name) {
    agents.remove(name);
    tools.remove(name);
    tenants.remove(name);
    version.incrementAndGet();
  }
}
