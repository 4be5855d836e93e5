package dev.weirkeeper.planner.simulation;

import dev.weirkeeper.planner.money.NanoUsd;
import dev.weirkeeper.planner.money.TokenUsage;
import dev.weirkeeper.planner.session.SessionEvent;
import dev.weirkeeper.planner.session.SessionEvent.Bill;
import dev.weirkeeper.planner.session.SessionEvent.BudgetGranted;
import dev.weirkeeper.planner.session.SessionEvent.CancelRequested;
import dev.weirkeeper.planner.session.SessionEvent.Content;
import dev.weirkeeper.planner.session.SessionEvent.DecisionMade;
import dev.weirkeeper.planner.session.SessionEvent.ModelReplied;
import dev.weirkeeper.planner.session.SessionEvent.PauseRequested;
import dev.weirkeeper.planner.session.SessionEvent.ResumeRequested;
import dev.weirkeeper.planner.session.SessionEvent.TaskSubmitted;
import dev.weirkeeper.planner.session.SessionEvent.ToolCallCompleted;
import dev.weirkeeper.planner.session.SessionEvent.Verdict;
import dev.weirkeeper.planner.session.Task;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Optional;

/** What a planner reads from the log, before it gives it a time. */
sealed interface Input {

  /** What it is known by when it comes again. */
  String id();

  SessionEvent at(Instant now);

  record Submitted(Task task) implements Input {
    @Override
    public String id() {
      return "task " + task.id();
    }

    @Override
    public SessionEvent at(Instant now) {
      return new TaskSubmitted(now, task);
    }
  }

  /** Cancel, pause or resume. */
  record Control(String what, String controlId, Optional<String> taskId) implements Input {
    @Override
    public String id() {
      return "control " + controlId;
    }

    @Override
    public SessionEvent at(Instant now) {
      return switch (what) {
        case "pause" -> new PauseRequested(now, controlId, "wait", "ann");
        case "resume" -> new ResumeRequested(now, controlId, "ann");
        default -> new CancelRequested(now, controlId, taskId, "no", "ann");
      };
    }
  }

  record Replied(String callId, TokenUsage usage, Bill bill, SessionEvent.Reply reply)
      implements Input {
    @Override
    public String id() {
      return "reply " + callId;
    }

    @Override
    public SessionEvent at(Instant now) {
      return new ModelReplied(now, callId, usage, bill, reply);
    }
  }

  record Completed(
      String callId, boolean error, NanoUsd cost, NanoUsd unsettled, TokenUsage usage, int steps)
      implements Input {
    @Override
    public String id() {
      return "result " + callId;
    }

    @Override
    public SessionEvent at(Instant now) {
      Content content = new Content("result of " + callId, 100);
      return new ToolCallCompleted(
          now, callId, error, content, "result", cost, unsettled, usage, steps);
    }
  }

  record Decided(
      String decisionId, String callId, String hash, Verdict verdict, Optional<String> refusal)
      implements Input {
    @Override
    public String id() {
      return "decision " + decisionId;
    }

    @Override
    public SessionEvent at(Instant now) {
      Content content = new Content("decision " + decisionId, 30);
      return new DecisionMade(now, decisionId, callId, hash, verdict, "ann", content, refusal);
    }
  }

  record Granted(String requestId, String tenant, NanoUsd amount, LocalDate day) implements Input {
    @Override
    public String id() {
      return "grant " + requestId;
    }

    @Override
    public SessionEvent at(Instant now) {
      return new BudgetGranted(now, requestId, tenant, amount, day);
    }
  }
}
