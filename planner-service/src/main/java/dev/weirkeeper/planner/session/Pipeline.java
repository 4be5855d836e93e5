package dev.weirkeeper.planner.session;

import dev.weirkeeper.planner.agent.Agent.PipelineStep;
import dev.weirkeeper.planner.session.Decision.Phase;
import dev.weirkeeper.planner.session.Effect.Prompt;
import dev.weirkeeper.planner.session.Effect.Status;
import dev.weirkeeper.planner.session.OpenCall.Progress.Done;
import dev.weirkeeper.planner.session.SessionEvent.RequestedCall;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The declared sequence of a pipeline agent, under the same limits, gates and ledger. */
final class Pipeline {
  private static final Pattern PLACE = Pattern.compile("\\{\\{\\s*([A-Za-z0-9_-]+)\\s*}}");

  /** Longest input of a step, in characters: a tool call is one record. */
  private static final int MAX_FILLED = 256 * 1024;

  private Pipeline() {}

  /** Makes the next declared step, or ends the task with the last output. */
  static SessionState next(Draft d, Now before) {
    Run run = before.run();
    List<PipelineStep> steps = run.agent().pipeline();
    int done = run.outputs().size();
    if (done == steps.size()) {
      String last = done == 0 ? "" : run.outputs().get(steps.get(done - 1).id());
      return Ending.end(
          d,
          before,
          Status.COMPLETE,
          "all %d steps are done".formatted(done),
          last == null ? "" : last);
    }
    PipelineStep step = steps.get(done);
    String filled = fill(step.template(), run, step.tool().isPresent());
    if (filled.length() > MAX_FILLED) {
      String why =
          "its input is %d characters long, at most %d are allowed"
              .formatted(filled.length(), MAX_FILLED);
      return stepFailed(d, before, Status.FAILED, why);
    }
    d.because(Phase.PLAN, "step %s of the pipeline".formatted(step.id()));
    if (step.tool().isEmpty()) {
      return Plan.call(d, before, Optional.of(new Prompt(step.system(), filled)));
    }
    Now now = before.with(before.session().nextTurn());
    return Act.turn(
        d,
        now,
        List.of(
            new RequestedCall(
                "", step.tool().get(), filled, Sha256.plain(filled), Optional.empty())));
  }

  static SessionState modelAnswered(Draft d, Now now, String text) {
    return output(d, now, text);
  }

  static SessionState toolAnswered(Draft d, Now now, Done done) {
    return done.error()
        ? stepFailed(d, now, Status.FAILED, done.text())
        : output(d, now, done.text());
  }

  /** A step without a usable outcome ends the task, unless it is declared to go on. */
  static SessionState stepFailed(Draft d, Now now, Status status, String why) {
    PipelineStep step = current(now.run());
    if (step.continueOnError()) {
      d.because(
          Phase.OBSERVE, "step %s failed and the pipeline goes on: %s".formatted(step.id(), why));
      return output(d, now, why);
    }
    return Ending.end(d, now, status, "step %s: %s".formatted(step.id(), why), "");
  }

  private static SessionState output(Draft d, Now now, String text) {
    return Reflect.next(d, now.with(now.run().withOutput(current(now.run()).id(), text)));
  }

  private static PipelineStep current(Run run) {
    return run.agent().pipeline().get(run.outputs().size());
  }

  private static String fill(String template, Run run, boolean json) {
    Map<String, String> outputs = run.outputs();
    return PLACE
        .matcher(template)
        .replaceAll(
            found -> {
              String name = found.group(1);
              String value = name.equals("task") ? run.task().text() : outputs.get(name);
              String text = value == null ? found.group() : json ? escape(value) : value;
              return Matcher.quoteReplacement(text);
            });
  }

  /** Inside a JSON string (RFC 8259, section 7). */
  private static String escape(String text) {
    StringBuilder escaped = new StringBuilder(text.length() + 16);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        escaped.append('\\').append(c);
      } else if (c < 0x20) {
        escaped.append("\\u%04x".formatted((int) c));
      } else {
        escaped.append(c);
      }
    }
    return escaped.toString();
  }
}
