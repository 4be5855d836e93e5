package dev.weirkeeper.planner.simulation;

import dev.weirkeeper.planner.money.DailyBudget;
import dev.weirkeeper.planner.money.NanoUsd;
import dev.weirkeeper.planner.session.Effect.RequestBudget;
import dev.weirkeeper.planner.session.Effect.ReturnBudget;
import dev.weirkeeper.planner.simulation.Log.Topic;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;

/** The daily budgets, one writer for all sessions of a tenant. */
final class Tenants {
  private final World world;
  private final Map<Partition, Integer> positions = new HashMap<>();
  private final Map<String, NanoUsd> used = new HashMap<>();
  private final Map<String, NanoUsd> answered = new HashMap<>();
  final Map<String, NanoUsd> limits = new HashMap<>();

  Tenants(World world) {
    this.world = world;
  }

  boolean governed(String tenant) {
    return limits.containsKey(tenant);
  }

  boolean answer(Partition partition) {
    int position = positions.getOrDefault(partition, 0);
    if (!partition.log.readable(Topic.BUDGET_REQUESTS, position, world.now)) {
      return false;
    }
    positions.put(partition, position + 1);
    Log.Entry entry = partition.log.of(Topic.BUDGET_REQUESTS).get(position);
    switch (entry.value()) {
      case RequestBudget request -> {
        LocalDate day = LocalDate.ofInstant(request.at(), ZoneOffset.UTC);
        NanoUsd granted =
            answered.computeIfAbsent(
                request.id(),
                _ -> {
                  DailyBudget budget = budget(request.tenant(), day);
                  NanoUsd given = budget.grant(request.amount(), request.atLeast());
                  used.put(request.tenant() + day, budget.taking(given).used());
                  return given;
                });
        world.append(
            Topic.BUDGET_GRANTS,
            entry.session(),
            new Input.Granted(request.id(), request.tenant(), granted, day),
            partition);
      }
      case ReturnBudget back -> {
        LocalDate day = LocalDate.ofInstant(back.at(), ZoneOffset.UTC);
        if (answered.putIfAbsent(back.id(), back.amount()) == null) {
          DailyBudget budget = budget(back.tenant(), day);
          used.put(back.tenant() + day, budget.taking(NanoUsd.ZERO.minus(back.amount())).used());
        }
      }
      default -> throw new IllegalStateException("no budget record: " + entry.value());
    }
    return true;
  }

  private DailyBudget budget(String tenant, LocalDate day) {
    return new DailyBudget(
        limits.getOrDefault(tenant, NanoUsd.UNLIMITED),
        used.getOrDefault(tenant + day, NanoUsd.ZERO));
  }
}
