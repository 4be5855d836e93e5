package dev.weirkeeper.planner.session;

import dev.weirkeeper.planner.agent.Agent;
import dev.weirkeeper.planner.session.Decision.Phase;
import dev.weirkeeper.planner.session.Effect.AlertKind;
import dev.weirkeeper.planner.session.Effect.RaiseAlert;
import java.time.Duration;

/** Thresholds: each raises one alert per task when it is passed. */
final class Alerts {
  private Alerts() {}

  static Now check(Draft d, Now now) {
    Agent.Alerts at = now.run().agent().alerts();
    Spent spent = now.run().spent();
    Now after = now;
    if (spent.total().compareTo(at.cost()) > 0) {
      after = raise(d, after, AlertKind.COST, at.cost().value(), spent.total().value());
    }
    if (spent.steps() > at.steps()) {
      after = raise(d, after, AlertKind.STEPS, at.steps(), spent.steps());
    }
    return after;
  }

  static Now longRunning(Draft d, Now now) {
    Duration threshold = now.run().agent().alerts().duration().orElse(Duration.ZERO);
    long age = Duration.between(now.run().startedAt(), d.at).toMillis();
    d.because(Phase.OBSERVE, "the task runs for longer than " + threshold);
    return raise(d, now, AlertKind.DURATION, threshold.toMillis(), age);
  }

  private static Now raise(Draft d, Now now, AlertKind kind, long threshold, long value) {
    if (now.run().alerted().contains(kind)) {
      return now;
    }
    Task task = now.run().task();
    String id = now.session().id() + "/" + task.id() + "/" + kind;
    d.effect(new RaiseAlert(id, kind, task, threshold, value, d.at));
    return now.with(now.run().alerting(kind));
  }
}
