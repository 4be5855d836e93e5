package dev.weirkeeper.planner.proof;

import static dev.weirkeeper.planner.proof.Mutation.Catcher.HISTORIES;
import static dev.weirkeeper.planner.proof.Mutation.Catcher.SIMULATION;

import java.util.List;

/**
 * One way to break the core.
 *
 * @param what is broken, in words
 * @param file below {@code dev/weirkeeper/planner}
 * @param snippet stands in the file exactly once
 * @param replacement stands there instead
 * @param by what catches it
 * @param invariant that is broken first, one of several where chance has a say; empty for histories
 */
record Mutation(
    String what, String file, String snippet, String replacement, Catcher by, String invariant) {

  /** What catches it. */
  enum Catcher {
    SIMULATION,
    HISTORIES
  }

  private static Mutation simulated(
      String invariant, String what, String file, String snippet, String replacement) {
    return new Mutation(
        what, "session/" + file + ".java", snippet, replacement, SIMULATION, invariant);
  }

  private static Mutation recorded(String what, String file, String snippet, String replacement) {
    return new Mutation(what, "session/" + file + ".java", snippet, replacement, HISTORIES, "");
  }

  static final List<Mutation> ALL =
      List.of(
          // Money
          simulated(
              "I6",
              "calls although not even the smallest call fits the limit",
              "Plan",
              "if (least.compareTo(purse) > 0) {",
              "if (false) {"),
          simulated(
              "I6",
              "does not clamp the output to what can be paid",
              "Plan",
              "long output = Math.min(wanted, tariff.affordableOutput(purse, input));",
              "long output = wanted;"),
          simulated(
              "I5",
              "settles a reply without booking it",
              "Plan",
              "bill.book(d, state.call().id());",
              ""),
          simulated(
              "I5",
              "does not book what a lost reply may have cost",
              "Plan",
              "d.book(Kind.UNSETTLED, call.id(), call.reserved());",
              ""),
          simulated(
              "I6 or I11",
              "forgets what a lost reply may have cost",
              "Plan",
              "state.session().account().holding(call.id(), held)",
              "state.session().account()"),
          simulated(
              "I5 or I6",
              "takes the lower bound of a broken reply for its cost",
              "Settlement",
              "NanoUsd open = reserved.minus(atLeast);",
              "NanoUsd open = NanoUsd.ZERO;"),
          simulated(
              "I5 or G",
              "asks again under the id of the call before",
              "Plan",
              "return retry(d, now, new ModelTurn(call.turn(), call.attempt() + 1, call.prompt()),"
                  + " false);",
              "return retry(d, now, new ModelTurn(call.turn(), call.attempt(), call.prompt()),"
                  + " false);"),
          simulated(
              "I6",
              "does not set aside what is held for lost replies and sub-agents",
              "Left",
              "cost = cost.minus(held.amount());",
              ""),
          simulated(
              "I6",
              "does not look at the limit of the session",
              "Left",
              "cost.min(limits.maxSessionCost().minus(account.committed()))",
              "cost"),
          simulated(
              "I6",
              "gives a sub-agent its share and keeps it as well",
              "Act",
              "Session session = now.session().with(now.session().account().holding(call.id(),"
                  + " held));",
              "Session session = now.session();"),
          recorded(
              "gives the first sub-agent all that is left",
              "Act",
              "NanoUsd cost = left.cost().dividedBy(sharers + 1);",
              "NanoUsd cost = left.cost();"),
          simulated(
              "I6",
              "does not count what a sub-agent spent",
              "Observe",
              "run.spent().rolledUp(cost, unsettled, e.childUsage(), e.childSteps())",
              "run.spent().rolledUp(NanoUsd.ZERO, NanoUsd.ZERO, e.childUsage(), e.childSteps())"),
          simulated(
              "I6",
              "gives back more of a lease than is left of it",
              "Lease",
              "            left,\n            timeIn(lease.day.get())));",
              "            left.times(2),\n            timeIn(lease.day.get())));"),
          recorded(
              "pays today's calls from yesterday's lease",
              "Lease",
              "return day.isEmpty() || day.get().equals(today) ? now : giveBack(d, now);",
              "return now;"),
          simulated(
              "I6",
              "does not take what may have been charged out of the lease",
              "Lease",
              ".minus(run.spent().unsettled());",
              ";"),
          new Mutation(
              "grants a tenant's budget over and over",
              "money/DailyBudget.java",
              "wanted.min(limit.minus(used))",
              "wanted.min(limit)",
              SIMULATION,
              "I6"),
          new Mutation(
              "reserves at the price of a short prompt whatever its length",
              "money/Tariff.java",
              "worst = Math.max(worst, tier.cost(input, output));",
              "worst = worst == 0 ? tier.cost(input, output) : worst;",
              SIMULATION,
              "I5 or I6"),
          recorded(
              "keeps holding what a lost reply turned out to cost",
              "Plan",
              "state.session().with(account.notHolding(e.callId()).settled(bill.cost(),"
                  + " bill.open()));",
              "state.session().with(account.settled(bill.cost(), bill.open()));"),

          // The gate
          simulated(
              "I3",
              "sends what it should ask about",
              "Act",
              "case ASK -> ask(d, now, call, tool, arguments, rule);",
              "case ASK -> new Screened(now, call.with(new Queued(tool, arguments,"
                  + " Optional.empty())), false);"),
          simulated(
              "I3",
              "sends what a rule forbids",
              "Act",
              "case DENY ->\n          refused(",
              "case DENY -> true ? new Screened(now, call.with(new Queued(tool, arguments,"
                  + " Optional.empty())), false) : refused("),
          simulated(
              "I3",
              "follows a decision on other arguments",
              "Observe",
              "if (!e.argumentsHash().equals(request.arguments().hash())) {",
              "if (false) {"),
          simulated(
              "I3",
              "follows a decision that came too late",
              "Observe",
              "if (!d.at.isBefore(request.expires())) {",
              "if (false) {"),
          simulated(
              "I3",
              "follows a decision whose signature does not fit",
              "Observe",
              "if (e.refusal().isPresent()) {",
              "if (false) {"),
          simulated(
              "I3",
              "runs a call as it was where a person changed it",
              "Observe",
              "new Queued(request.tool(), new Arguments(arguments, hash), Optional.of(approval))",
              "new Queued(request.tool(), request.arguments(), Optional.of(approval))"),
          simulated(
              "I3",
              "runs a call although a person rejected it",
              "Observe",
              "yield call.refused(\n"
                  + "                CallError.of(\n"
                  + "                    Code.REJECTED,",
              "yield true ? call.with(new Queued(request.tool(), request.arguments(),"
                  + " Optional.of(approval))) : call.refused(CallError.of(Code.REJECTED,"),
          recorded(
              "takes a decision that was used before for a new one",
              "Planner",
              "when inputs.seen().contains(e.decisionId()) ->",
              "when e.decisionId().isEmpty() ->"),

          // The loop
          simulated(
              "I4",
              "sends a call twice",
              "Act",
              "    d.effect(dispatch);",
              "    d.effect(dispatch);\n    d.effect(dispatch);"),
          simulated(
              "I4",
              "gives the results in the order they came",
              "Observe",
              "OpenCall call = calls.get(i);\n      Done done",
              "OpenCall call = calls.reversed().get(i);\n      Done done"),
          simulated(
              "I4",
              "leaves the calls of a cancelled task without an answer",
              "Ending",
              "return Observe.remember(now, calls);",
              "return now;"),
          simulated(
              "I1",
              "ends a task without a word",
              "Ending",
              "    d.because(Phase.END, status + \": \" + why);\n    d.effect(result);",
              "    d.because(Phase.END, status + \": \" + why);"),
          simulated(
              "I1",
              "runs a task once for each time it was sent",
              "Planner",
              "case TaskSubmitted e when inputs.taskIds().contains(e.task().id()) ->",
              "case TaskSubmitted e when e.task().id().isEmpty() ->"),
          simulated(
              "I1",
              "begins the waiting tasks of a frozen tenant",
              "Ending",
              "if (!waiter.task().tenant().equals(tenant)) {",
              "if (!waiter.task().tenant().isEmpty()) {"),
          simulated(
              "I11",
              "forgets the calls it no longer waits for",
              "Observe",
              "Ending.giveUp(d, new Now(state.session(), state.run()), call, \"timed out\")",
              "new Now(state.session(), state.run())"),
          simulated(
              "I10 or I11",
              "waits for a turn of which nothing was sent",
              "Observe",
              "underWay < now.run().limits().maxParallelCalls()",
              "underWay + 1 < now.run().limits().maxParallelCalls()"),

          // The guardrails
          simulated(
              "G",
              "sends one call more at once than allowed",
              "Observe",
              "underWay < now.run().limits().maxParallelCalls()",
              "underWay <= now.run().limits().maxParallelCalls()"),
          simulated(
              "G",
              "allows one call of a tool too many",
              "Act",
              "if (used >= most) {",
              "if (used > most) {"),
          simulated(
              "G",
              "lets the same call through once too often",
              "Act",
              "if (repeats >= allowed) {",
              "if (repeats > allowed) {"),
          simulated(
              "G",
              "lets a turn use more steps than are left",
              "Act",
              "if (requested.size() > left) {",
              "if (requested.size() > left + 1) {"),
          simulated(
              "G",
              "starts the calls of a turn after the deadline",
              "Observe",
              "if (before.run().late(d.at)) {",
              "if (false) {"),
          simulated(
              "G",
              "asks the model while the session is paused",
              "Reflect",
              "if (now.session().pausing()) {",
              "if (false) {"),
          recorded(
              "does not tell the model of a limit what the limit is",
              "Act",
              "Map.of(\"count\", Integer.toString(used), \"limit\", Integer.toString(most))",
              "Map.of()"));

  /** The page that lists them. */
  static String page() {
    StringBuilder page =
        new StringBuilder(
            """
            # How the proof of the planner is proved

            Each line is a way to break the planner's core. A test makes the change in the source, compiles it,
            and expects the seeded simulation or the recorded histories to fail, in the simulation by the named
            invariant ([what they say](planner.md#invariants)). Generated from
            `planner-service/src/test/java/dev/weirkeeper/planner/proof/Mutation.java`; a test fails when it differs.
            To write it anew, or to run all of them:

                mvn -pl planner-service -am test -Dtest=MutationsTest -Ddocs.write=true -Dmutations=all -Dsurefire.failIfNoSpecifiedTests=false

            | the core … | in | caught by |
            |---|---|---|
            """);
    for (Mutation mutation : ALL) {
      page.append(
          "| %s | `%s` | %s |%n"
              .formatted(
                  mutation.what,
                  mutation.file,
                  mutation.by == SIMULATION
                      ? "simulation, " + mutation.invariant
                      : "recorded histories"));
    }
    return page.toString();
  }
}
