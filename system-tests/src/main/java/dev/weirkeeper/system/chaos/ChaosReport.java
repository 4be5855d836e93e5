package dev.weirkeeper.system.chaos;

import dev.weirkeeper.system.check.Violation;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What came of a run.
 *
 * @param tasks submitted by the driver
 * @param ends how many tasks, sub-agents' included, ended in each way
 * @param faults how often each was done
 * @param troubles what happened that nobody did
 * @param counts of what was judged, by name
 * @param violations promises that were not kept
 */
public record ChaosReport(
    ChaosPlan plan,
    double seconds,
    int tasks,
    Map<String, Long> ends,
    Map<String, Integer> faults,
    List<String> troubles,
    Map<String, Long> counts,
    List<Violation> violations) {

  /** Whether every promise was kept and nothing went wrong by itself. */
  public boolean passed() {
    return violations.isEmpty() && troubles.isEmpty();
  }

  /** One line for machines. */
  public String json() {
    ObjectNode json = JsonMapper.shared().createObjectNode();
    json.put("passed", passed());
    json.put("seed", plan.seed());
    json.put("guarantee", plan.guarantee());
    json.put("sessions", plan.sessions());
    json.put("tasks", tasks);
    json.put("kills", plan.kills());
    json.put("planners", plan.planners());
    json.put("executors", plan.executors());
    json.put("sinks", plan.sinks());
    json.put("network", plan.network());
    json.put("wall_s", Math.round(seconds * 10) / 10.0);
    ObjectNode endings = json.putObject("ends");
    ends.forEach(endings::put);
    ObjectNode done = json.putObject("faults");
    faults.forEach(done::put);
    ObjectNode counted = json.putObject("counts");
    counts.forEach(counted::put);
    var wrong = json.putArray("violations");
    violations.forEach(violation -> wrong.add(violation.toString()));
    var trouble = json.putArray("troubles");
    troubles.forEach(trouble::add);
    json.put("command", plan.command());
    return json.toString();
  }

  /** The same for people. */
  public String text() {
    StringBuilder text = new StringBuilder();
    text.append(
        "%d sessions, %d tasks, %s, seed %d: %.0f s%n"
            .formatted(plan.sessions(), tasks, plan.guarantee(), plan.seed(), seconds));
    text.append("ends       ").append(listed(ends)).append('\n');
    text.append("faults     ").append(listed(faults)).append('\n');
    text.append("judged     ").append(listed(counts)).append('\n');
    troubles.forEach(trouble -> text.append("trouble    ").append(trouble).append('\n'));
    violations.forEach(violation -> text.append("violation  ").append(violation).append('\n'));
    text.append(passed() ? "every promise was kept\n" : "NOT every promise was kept\n");
    if (!passed()) {
      text.append("what is left is in ").append(plan.data()).append('\n');
      text.append("again with ").append(plan.command()).append('\n');
    }
    return text.toString();
  }

  private static String listed(Map<String, ?> map) {
    return map.entrySet().stream()
        .map(entry -> entry.getKey() + " " + entry.getValue())
        .collect(java.util.stream.Collectors.joining(", "));
  }
}
