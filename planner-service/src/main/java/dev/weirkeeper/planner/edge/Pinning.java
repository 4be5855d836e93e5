package dev.weirkeeper.planner.edge;

import dev.weirkeeper.planner.agent.Limits;
import dev.weirkeeper.planner.money.NanoUsd;
import dev.weirkeeper.schemas.chain.InputHash;
import dev.weirkeeper.schemas.price.PriceBook;
import dev.weirkeeper.schemas.topic.AgentKeys;
import dev.weirkeeper.wire.AgentDefinition;
import dev.weirkeeper.wire.ModelChoice;
import dev.weirkeeper.wire.Pins;
import dev.weirkeeper.wire.Price;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Pins a task to the agent, tools and prices that hold when it is accepted. Keeps what it made last
 * for each agent; one instance for each stream task, not thread-safe.
 */
public final class Pinning {
  private record Made(long directoryVersion, Instant hour, Pinned pinned) {}

  private final Directory directory;
  private final PriceBook prices;
  private final Map<String, Made> made = new HashMap<>();

  /** Pins from what the directory knows. */
  public Pinning(Directory directory, PriceBook prices) {
    this.directory = directory;
    this.prices = prices;
  }

  /** The pins of an agent now, or nothing if the directory does not know it. */
  public Optional<Pinned> pin(String name, @Nullable String version, Instant at) {
    long directoryVersion = directory.version();
    Instant hour = at.truncatedTo(ChronoUnit.HOURS);
    String key = version == null ? name : AgentKeys.version(name, version);
    Made last = made.get(key);
    if (last != null && last.directoryVersion == directoryVersion && last.hour.equals(hour)) {
      return Optional.of(last.pinned);
    }
    return (version == null ? directory.agent(name) : directory.agent(name, version))
        .map(
            agent -> {
              Pinned pinned = make(agent, at);
              made.put(key, new Made(directoryVersion, hour, pinned));
              return pinned;
            });
  }

  /** The same with another model or system prompt, for a fork; itself if there is no other. */
  public Pinned otherwise(
      Pinned pinned, @Nullable ModelChoice model, @Nullable String systemPrompt, Instant at) {
    if (model == null && systemPrompt == null) {
      return pinned;
    }
    AgentDefinition agent = pinned.pins().getAgent();
    AgentDefinition.Builder other =
        AgentDefinition.newBuilder(agent).setVersion(agent.getVersion() + "+fork");
    if (model != null) {
      other.setModel(model).setFallbackModels(List.of());
    }
    if (systemPrompt != null) {
      other.setSystemPrompt(systemPrompt);
    }
    return make(other.build(), at);
  }

  private Pinned make(AgentDefinition agent, Instant at) {
    List<Price> tariffs = new ArrayList<>();
    Set<String> models = new HashSet<>();
    for (ModelChoice choice : Pinned.choices(agent)) {
      if (models.add(choice.getModel())) {
        tariffs.addAll(prices.pricesAt(choice.getModel(), at));
      }
    }
    AgentDefinition filled =
        AgentDefinition.newBuilder(agent)
            .setLimits(wire(limits(Limits.DEFAULT, agent.getLimits())))
            .build();
    Pins pins =
        Pins.newBuilder()
            .setDigest("")
            .setAgent(filled)
            .setTools(directory.toolsOf(agent))
            .setPrices(tariffs)
            .setPriceBook(prices.version())
            .build();
    return Pinned.of(Pins.newBuilder(pins).setDigest(InputHash.of(pins)).build());
  }

  /** Limits with whatever is said instead; calls per tool are not mixed. */
  private static Limits limits(Limits otherwise, dev.weirkeeper.wire.@Nullable Limits said) {
    if (said == null) {
      return otherwise;
    }
    return new Limits(
        or(said.getMaxSteps(), otherwise.maxSteps()),
        or(said.getMaxTokens(), otherwise.maxTokens()),
        new NanoUsd(or(said.getMaxCostNanoUsd(), otherwise.maxCost().value())),
        new NanoUsd(or(said.getMaxSessionCostNanoUsd(), otherwise.maxSessionCost().value())),
        Duration.ofMillis(or(said.getMaxDurationMs(), otherwise.maxDuration().toMillis())),
        Duration.ofMillis(or(said.getMaxIdleMs(), otherwise.maxIdle().toMillis())),
        said.getMaxCallsPerTool(),
        or(said.getMaxParallelCalls(), otherwise.maxParallelCalls()),
        or(said.getMaxIdenticalCalls(), otherwise.maxIdenticalCalls()),
        or(said.getMaxOutputTokens(), otherwise.maxOutputTokens()),
        Duration.ofMillis(or(said.getApprovalTimeoutMs(), otherwise.approvalTimeout().toMillis())));
  }

  private static dev.weirkeeper.wire.Limits wire(Limits limits) {
    return dev.weirkeeper.wire.Limits.newBuilder()
        .setMaxSteps(limits.maxSteps())
        .setMaxTokens(limits.maxTokens())
        .setMaxCostNanoUsd(limits.maxCost().value())
        .setMaxSessionCostNanoUsd(limits.maxSessionCost().value())
        .setMaxDurationMs(limits.maxDuration().toMillis())
        .setMaxIdleMs(limits.maxIdle().toMillis())
        .setMaxCallsPerTool(limits.maxCallsPerTool())
        .setMaxParallelCalls(limits.maxParallelCalls())
        .setMaxIdenticalCalls(limits.maxIdenticalCalls())
        .setMaxOutputTokens(limits.maxOutputTokens())
        .setApprovalTimeoutMs(limits.approvalTimeout().toMillis())
        .build();
  }

  /** What every task of an agent may use: what the agent says, then the defaults. */
  public static Limits allowed(Pinned pinned) {
    return limits(Limits.DEFAULT, pinned.pins().getAgent().getLimits());
  }

  /** What a task asks for: what it says, then what its agent allows. */
  public static Limits asked(Pinned pinned, dev.weirkeeper.wire.@Nullable Limits task) {
    return limits(allowed(pinned), task);
  }

  private static <T> T or(@Nullable T said, T otherwise) {
    return said == null ? otherwise : said;
  }
}
