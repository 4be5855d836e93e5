package dev.weirkeeper.cli.command;

import dev.weirkeeper.cli.cluster.Cluster;
import dev.weirkeeper.cli.cluster.TopicScan;
import dev.weirkeeper.cli.follow.Reaction;
import dev.weirkeeper.cli.terminal.Amounts;
import dev.weirkeeper.cli.terminal.Terminal;
import dev.weirkeeper.cli.trouble.ExitCode;
import dev.weirkeeper.cli.trouble.Trouble;
import dev.weirkeeper.wire.ApprovalDecision;
import dev.weirkeeper.wire.ApprovalKind;
import dev.weirkeeper.wire.ApprovalRequest;
import dev.weirkeeper.wire.SessionEvent;
import dev.weirkeeper.wire.Verdict;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Commands by which a person decides on a waiting call. */
final class DecisionCommands {

  private DecisionCommands() {}

  abstract static class DecisionCommand extends ClusterCommand {

    @Parameters(paramLabel = "CALL", description = "call id, as the request names it")
    String call = "";

    @Mixin final Person person = new Person();

    /**
     * A decision that was written.
     *
     * @param planner what the planner says to it; absent: nothing yet
     */
    record Written(
        String decisionId,
        String callId,
        String sessionId,
        String tool,
        String verdict,
        String decidedBy,
        @Nullable String planner) {}

    /** The newest request for the call, if it can still be decided. */
    final ApprovalRequest request(Cluster cluster) {
      ApprovalRequest request = newest(cluster);
      if (Instant.now().isAfter(request.getExpiresAt())) {
        throw new Trouble(
            ExitCode.OUTCOME,
            "nothing was written: the request for call %s expired at %s"
                .formatted(call, Amounts.moment(request.getExpiresAt())));
      }
      new TopicScan(cluster)
          .values(
              cluster.topics().approvalDecisions(),
              Optional.of(request.getSessionId()),
              read ->
                  read.value()
                      .filter(decision -> decision.getCallId().equals(call))
                      .filter(
                          decision ->
                              decision.getArgumentsHash().equals(request.getArgumentsHash()))
                      .ifPresent(
                          decision -> {
                            throw new Trouble(
                                ExitCode.OUTCOME,
                                "nothing was written: %s has decided on call %s already (%s)"
                                    .formatted(
                                        decision.getDecidedBy(),
                                        call,
                                        decision.getVerdict().name().toLowerCase(Locale.ROOT)));
                          }));
      return request;
    }

    private ApprovalRequest newest(Cluster cluster) {
      int turn = call.indexOf('/');
      if (turn < 1) {
        throw new Trouble(
            ExitCode.USAGE,
            "'%s' is no call id: expected session/turn/index, as the request names it"
                .formatted(call));
      }
      AtomicReference<@Nullable ApprovalRequest> found = new AtomicReference<>();
      // A call id begins with its session, which may itself hold slashes; the two numbers do not.
      String session = call.replaceFirst("/[^/]+/[^/]+$", "");
      new TopicScan(cluster)
          .values(
              cluster.topics().approvalRequests(),
              Optional.of(session),
              read ->
                  read.value()
                      .filter(request -> request.getCallId().equals(call))
                      .ifPresent(found::set));
      ApprovalRequest request = found.get();
      if (request == null) {
        throw new Trouble(
            ExitCode.NOT_FOUND,
            "no approval was asked for call %s: weir approvals lists the waiting ones"
                .formatted(call));
      }
      return request;
    }

    final ExitCode write(
        Cluster cluster,
        Terminal terminal,
        ApprovalRequest request,
        Verdict verdict,
        @Nullable String arguments,
        String text)
        throws InterruptedException {
      ApprovalDecision decision =
          ApprovalDecision.newBuilder()
              .setDecisionId("decision-" + UUID.randomUUID())
              .setCallId(request.getCallId())
              .setSessionId(request.getSessionId())
              .setArgumentsHash(request.getArgumentsHash())
              .setVerdict(verdict)
              .setArguments(arguments)
              .setText(text)
              .setDecidedBy(person.name())
              .setDecidedAt(Instant.now())
              .build();
      Optional<SessionEvent> reaction =
          Reaction.to(
              cluster,
              () ->
                  cluster
                      .write(
                          cluster.topics().approvalDecisions(),
                          List.of(new Cluster.Keyed<>(request.getSessionId(), decision)))
                      .getFirst());
      Written written =
          new Written(
              decision.getDecisionId(),
              call,
              request.getSessionId(),
              request.getTool(),
              verdict.name().toLowerCase(Locale.ROOT),
              decision.getDecidedBy(),
              reaction.map(SessionEvent::getReason).orElse(null));
      terminal.show(
          written,
          () ->
              "%s written for %s %s%s"
                  .formatted(
                      written.verdict(),
                      request.getTool(),
                      request.getArguments(),
                      Person.planner(written.planner())));
      return ExitCode.DONE;
    }
  }

  @Section.Of(Section.PEOPLE)
  @Command(
      name = "approve",
      description = "Let a waiting call run, as it is or with other arguments.",
      footer = {
        "%nExamples:",
        "  weir approve CALL",
        "  weir approve CALL --arguments '{\"table\": \"users\", \"id\": \"u_011\"}' --as ann"
      })
  static final class Approve extends DecisionCommand {

    @Option(
        names = "--arguments",
        paramLabel = "JSON",
        description = "run with these arguments instead")
    @Nullable String arguments;

    @Override
    ExitCode run(Cluster cluster, Terminal terminal) throws InterruptedException {
      ApprovalRequest request = request(cluster);
      if (request.getKind() == ApprovalKind.QUESTION) {
        throw new Trouble(
            ExitCode.USAGE, "this is a question: answer it with weir answer " + call + " \"...\"");
      }
      if (arguments != null) {
        requireObject(arguments);
      }
      return write(
          cluster,
          terminal,
          request,
          arguments == null ? Verdict.APPROVE : Verdict.EDIT,
          arguments,
          "");
    }

    private static void requireObject(String text) {
      try {
        if (JsonMapper.shared().readTree(text).isObject()) {
          return;
        }
      } catch (JacksonException e) {
        throw new Trouble(ExitCode.USAGE, "--arguments is not JSON: " + e.getOriginalMessage(), e);
      }
      throw new Trouble(ExitCode.USAGE, "--arguments must be a JSON object");
    }
  }

  @Section.Of(Section.PEOPLE)
  @Command(
      name = "reject",
      description = "Keep a waiting call from running.",
      footer = {"%nExamples:", "  weir reject CALL --reason \"ask the customer first\""})
  static final class Reject extends DecisionCommand {

    @Option(names = "--reason", paramLabel = "WORDS", description = "why; the model is told")
    String reason = "";

    @Override
    ExitCode run(Cluster cluster, Terminal terminal) throws InterruptedException {
      return write(cluster, terminal, request(cluster), Verdict.REJECT, null, reason);
    }
  }

  @Section.Of(Section.PEOPLE)
  @Command(
      name = "answer",
      description = "Answer a question an agent asks.",
      footer = {"%nExamples:", "  weir answer CALL \"The second one.\""})
  static final class AnswerQuestion extends DecisionCommand {

    @Parameters(index = "1", paramLabel = "TEXT", description = "the answer")
    String text = "";

    @Override
    ExitCode run(Cluster cluster, Terminal terminal) throws InterruptedException {
      return write(cluster, terminal, request(cluster), Verdict.ANSWER, null, text);
    }
  }
}
