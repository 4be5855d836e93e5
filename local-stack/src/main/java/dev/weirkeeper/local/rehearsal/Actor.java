package dev.weirkeeper.local.rehearsal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * Decides what to answer. A task of the scenario that matches holds, step by step; where there is
 * none, or its step names what is not there, some common sense takes over: arithmetic goes to the
 * calculator, user ids to the directory, and results are summed up in words. Thread-safe.
 */
final class Actor {

  private static final JsonMapper MAPPER = JsonMapper.shared();
  private static final Pattern ARITHMETIC =
      Pattern.compile(
          "(?:\\(\\s*)*\\d[\\d.]*(?:\\s*\\))*(?:\\s*(?:\\*\\*|[-+*/^%])\\s*(?:\\(\\s*)*\\d[\\d.]*(?:\\s*\\))*)+");
  private static final Pattern USER_ID = Pattern.compile("\\bu_\\d+\\b");
  private static final int SHOWN = 200;
  private static final int LONGEST_TEXT_SEARCHED = 10_000;

  private final Scenario scenario;
  private final Map<String, AtomicInteger> asked = new ConcurrentHashMap<>();

  Actor(Scenario scenario) {
    this.scenario = scenario;
  }

  /** The answer to a request. */
  Rehearsed act(MessagesRequest request) {
    MessagesRequest.Standing standing = request.standing();
    for (Scenario.Task task : scenario.tasks()) {
      Matcher match = task.user().matcher(standing.user());
      if (match.find()) {
        return step(task, match, standing, request);
      }
    }
    return commonSense(standing, request, null, null);
  }

  private Rehearsed step(
      Scenario.Task task,
      Matcher match,
      MessagesRequest.Standing standing,
      MessagesRequest request) {
    int round = standing.rounds().size();
    Scenario.Step step = task.steps().get(Math.min(round, task.steps().size() - 1));
    int times = asked.computeIfAbsent(step.id(), _ -> new AtomicInteger()).getAndIncrement();
    Scenario.Fault fault = times < step.faults().size() ? step.faults().get(times) : null;
    Template template =
        new Template(
            match.toMatchResult(), standing.rounds().stream().flatMap(List::stream).toList());
    List<Rehearsed.Call> calls = new ArrayList<>();
    for (Scenario.Call call :
        round < task.steps().size() ? step.calls() : List.<Scenario.Call>of()) {
      if (request.tools().contains(call.tool())) {
        template
            .fill(call.input())
            .ifPresent(input -> calls.add(new Rehearsed.Call(call.tool(), input)));
      }
    }
    Optional<String> text = template.fill(step.say());
    boolean nothingLeft = calls.isEmpty() && !step.calls().isEmpty();
    if (step.stop() == null && (text.isEmpty() || nothingLeft)) {
      return commonSense(standing, request, step.latency(), fault);
    }
    return answer(text.orElse(""), calls, step.stop(), step.latency(), fault);
  }

  private Rehearsed commonSense(
      MessagesRequest.Standing standing,
      MessagesRequest request,
      @Nullable Duration latency,
      Scenario.@Nullable Fault fault) {
    if (!standing.rounds().isEmpty()) {
      return answer(summary(standing), List.of(), null, latency, fault);
    }
    String text = cut(standing.user(), LONGEST_TEXT_SEARCHED);
    List<Rehearsed.Call> calls = new ArrayList<>();
    Matcher arithmetic = ARITHMETIC.matcher(text);
    if (request.tools().contains("calculator") && arithmetic.find()) {
      calls.add(
          new Rehearsed.Call(
              "calculator",
              MAPPER.createObjectNode().put("expression", arithmetic.group().strip())));
    }
    if (request.tools().contains("lookup_user")) {
      USER_ID
          .matcher(text)
          .results()
          .map(MatchResult::group)
          .distinct()
          .forEach(
              id ->
                  calls.add(
                      new Rehearsed.Call(
                          "lookup_user", MAPPER.createObjectNode().put("user_id", id))));
    }
    return calls.isEmpty()
        ? answer(
            "This is a rehearsal, so here is no model that could think about \""
                + cut(text.strip(), SHOWN)
                + "\". Ask for some arithmetic or a user such as u_001, or set an API key to reach"
                + " a real model.",
            calls,
            null,
            latency,
            fault)
        : answer("I will find out.", calls, null, latency, fault);
  }

  private static String summary(MessagesRequest.Standing standing) {
    StringBuilder text = new StringBuilder("This is what the tools said.");
    for (MessagesRequest.Result result :
        standing.rounds().stream().flatMap(List::stream).toList()) {
      text.append('\n')
          .append(result.tool())
          .append(result.error() ? " failed: " : ": ")
          .append(cut(result.content(), SHOWN));
    }
    return text.toString();
  }

  private Rehearsed answer(
      String text,
      List<Rehearsed.Call> calls,
      @Nullable String stop,
      @Nullable Duration latency,
      Scenario.@Nullable Fault fault) {
    return new Rehearsed(
        text,
        calls,
        stop == null ? calls.isEmpty() ? "end_turn" : "tool_use" : stop,
        latency == null ? scenario.latency() : latency,
        fault);
  }

  private static String cut(String text, int length) {
    return text.length() <= length ? text : text.substring(0, length) + "…";
  }
}
