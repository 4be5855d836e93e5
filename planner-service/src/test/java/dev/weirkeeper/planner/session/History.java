package dev.weirkeeper.planner.session;

import dev.weirkeeper.planner.agent.Agent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A recorded session: its inputs, and what the planner decided on each.
 *
 * <p>A file has one JSON value a line. The first names the history and holds the agents in it; each
 * other is {@code {"event": …, "decision": …}}. {@code reason} is for people and may be reworded;
 * all else that a file says must stay as it is. What it does not say is not compared, so that later
 * planners may say more.
 */
public final class History {
  /** Where histories are kept, seen from the module's folder. */
  public static final Path FOLDER = Path.of("src/test/resources/golden");

  /** An input and the decision on it. */
  public record Line(SessionEvent event, JsonNode decision) {}

  /** What one input did. */
  public record Transition(SessionState before, SessionEvent event, Decision decision) {}

  private final String name;
  private final List<Line> lines;
  private final HistoryJson json;

  private History(String name, List<Line> lines, HistoryJson json) {
    this.name = name;
    this.lines = lines;
    this.json = json;
  }

  public String name() {
    return name;
  }

  /** All histories there are, by name. */
  public static List<History> all() {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files
          .filter(file -> file.toString().endsWith(".jsonl"))
          .sorted()
          .map(History::read)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Path file(String name) {
    return FOLDER.resolve(name + ".jsonl");
  }

  private static History read(Path file) {
    try {
      Iterator<String> text = Files.readAllLines(file).iterator();
      JsonNode head = HistoryJson.MAPPER.readTree(text.next());
      HistoryJson bare = new HistoryJson(Map.of());
      Map<String, Agent> agents = new TreeMap<>();
      for (Map.Entry<String, JsonNode> agent : head.path("agents").properties()) {
        agents.put(agent.getKey(), bare.read(Agent.class, agent.getValue()));
      }
      HistoryJson json = new HistoryJson(agents);
      List<Line> lines = new ArrayList<>();
      while (text.hasNext()) {
        JsonNode line = HistoryJson.MAPPER.readTree(text.next());
        lines.add(
            new Line(json.read(SessionEvent.class, line.path("event")), line.path("decision")));
      }
      return new History(head.path("history").stringValue(), lines, json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static void write(String name, List<Story.Step> steps) {
    HistoryJson json = new HistoryJson(Map.of());
    List<String> text = new ArrayList<>();
    for (Story.Step step : steps) {
      ObjectNode line = HistoryJson.MAPPER.createObjectNode();
      line.set("event", json.write(step.event()));
      line.set("decision", decision(json, step.decision()));
      text.add(line.toString());
    }
    ObjectNode head = HistoryJson.MAPPER.createObjectNode();
    head.put("history", name.replace('_', ' '));
    ObjectNode agents = head.putObject("agents");
    json.agents().forEach((id, agent) -> agents.set(id, json.writeWhole(agent)));
    text.addFirst(head.toString());
    try {
      Files.createDirectories(FOLDER);
      Files.write(file(name), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static JsonNode decision(HistoryJson json, Decision decision) {
    ObjectNode node = HistoryJson.MAPPER.createObjectNode();
    node.put("kind", decision.kind().name());
    node.put("state", decision.next().getClass().getSimpleName());
    node.put("phase", decision.phase().name());
    node.set("effects", json.write(decision.effects()));
    node.set("ledger", json.write(decision.ledger()));
    if (decision.next() instanceof SessionState.Running running) {
      node.set("left", json.write(Left.of(running.session(), running.run())));
    }
    Waiting.next(decision.next()).ifPresent(alarm -> node.set("next", json.write(alarm)));
    node.put("reason", decision.reason());
    return node;
  }

  /** What the planner of today does with the recorded inputs. */
  public List<Transition> replay() {
    List<Transition> transitions = new ArrayList<>();
    SessionState state = SessionState.initial("s");
    for (Line line : lines) {
      Decision decision = Planner.step(state, line.event());
      transitions.add(new Transition(state, line.event(), decision));
      state = decision.next();
    }
    return transitions;
  }

  /** Where the planner of today first decides otherwise, in words. */
  public Optional<String> difference() {
    List<Transition> today = replay();
    for (int i = 0; i < lines.size(); i++) {
      Optional<String> difference =
          differs("decision", lines.get(i).decision(), decision(json, today.get(i).decision()));
      if (difference.isPresent()) {
        return Optional.of(
            "%s, event %d (%s): %s"
                .formatted(
                    name,
                    i + 1,
                    lines.get(i).event().getClass().getSimpleName(),
                    difference.get()));
      }
    }
    return Optional.empty();
  }

  private static Optional<String> differs(String place, JsonNode recorded, JsonNode today) {
    if (recorded.isObject() && today.isObject()) {
      return recorded.properties().stream()
          .filter(field -> !field.getKey().equals("reason"))
          .map(
              field ->
                  differs(
                      place + "." + field.getKey(), field.getValue(), today.path(field.getKey())))
          .flatMap(Optional::stream)
          .findFirst();
    }
    if (recorded.isArray() && today.isArray() && recorded.size() == today.size()) {
      for (int i = 0; i < recorded.size(); i++) {
        Optional<String> difference = differs(place + "[" + i + "]", recorded.get(i), today.get(i));
        if (difference.isPresent()) {
          return difference;
        }
      }
      return Optional.empty();
    }
    return recorded.toString().equals(today.toString())
        ? Optional.empty()
        : Optional.of(place + " was " + recorded + " and is " + today);
  }
}
