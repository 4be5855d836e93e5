package dev.weirkeeper.planner.simulation;

import dev.weirkeeper.planner.agent.Agent.Mode;
import dev.weirkeeper.planner.money.NanoUsd;
import dev.weirkeeper.planner.money.Tariff;
import dev.weirkeeper.planner.money.TokenUsage;
import dev.weirkeeper.planner.session.CallError;
import dev.weirkeeper.planner.session.Effect.CallModel;
import dev.weirkeeper.planner.session.SessionEvent.Bill;
import dev.weirkeeper.planner.session.SessionEvent.Content;
import dev.weirkeeper.planner.session.SessionEvent.Reply;
import dev.weirkeeper.planner.session.SessionEvent.RequestedCall;
import dev.weirkeeper.planner.session.SessionEvent.Stop;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Answers model calls, one way or another, and knows what it has charged. */
final class Provider {
  private final World world;

  Provider(World world) {
    this.world = world;
  }

  /**
   * What became of a request.
   *
   * @param reply what is told if it is waited for
   * @param cutOff what is told if it is not
   */
  record Outcome(Input.Replied reply, Input.Replied cutOff) {}

  /** Takes a request. It is charged for from now on, whoever is there to hear the answer. */
  Outcome call(CallModel call) {
    Chance chance = world.chance;
    long input = chance.between(call.inputBound() / 4, call.inputBound());
    long output = chance.between(1, Math.max(1, call.maxOutput()));
    TokenUsage usage = new TokenUsage(input, 0, 0, 0, output, 0);
    Tariff tariff = call.agent().models().get(call.model()).tariff();
    NanoUsd cost = price(tariff, input, output);
    int fate = chance.below(100);
    if (fate < 6) {
      world.invariants.charged(call, NanoUsd.ZERO);
      Reply failed = new Reply.Failed("overloaded", chance.oneIn(2), chance.oneIn(3));
      Input.Replied reply =
          new Input.Replied(call.id(), TokenUsage.NONE, new Bill.Known(NanoUsd.ZERO), failed);
      return new Outcome(reply, reply);
    }
    world.invariants.charged(call, cost);
    Input.Replied broken =
        new Input.Replied(
            call.id(),
            TokenUsage.NONE,
            new Bill.Unknown(new NanoUsd(chance.between(0, cost.value()))),
            new Reply.Failed("it broke off", chance.oneIn(2), true));
    if (fate < 14) {
      return new Outcome(broken, broken);
    }
    Input.Replied reply =
        new Input.Replied(call.id(), usage, new Bill.Known(cost), answer(call, fate));
    return new Outcome(reply, broken);
  }

  /** The tier of the prompt's length counts, and a part of a nano-dollar is a whole one. */
  private static NanoUsd price(Tariff tariff, long input, long output) {
    Tariff.Tier tier = tariff.tiers().getFirst();
    for (Tariff.Tier longer : tariff.tiers()) {
      tier = longer.fromInput() <= input ? longer : tier;
    }
    long trillionths = input * tier.input() + output * tier.output();
    return new NanoUsd(Math.ceilDiv(trillionths, 1_000));
  }

  private Reply answer(CallModel call, int fate) {
    Content content = new Content("reply to " + call.id(), 60);
    if (fate < 20) {
      Stop stop =
          world.chance.either(
              Stop.REFUSED, Stop.MAX_OUTPUT_TOKENS, Stop.CONTEXT_WINDOW_EXCEEDED, Stop.PAUSED);
      return new Reply.Answered(stop, "half", List.of(), content);
    }
    boolean asks = fate < 88 && call.prompt().isEmpty();
    List<RequestedCall> calls = asks ? calls(call) : List.of();
    Stop stop = calls.isEmpty() ? world.chance.either(Stop.END_TURN, Stop.OTHER) : Stop.TOOL_USE;
    return new Reply.Answered(stop, "text", calls, content);
  }

  private List<RequestedCall> calls(CallModel call) {
    Chance chance = world.chance;
    List<String> tools = new ArrayList<>(call.agent().tools().keySet());
    tools.sort(null);
    tools.add("gone");
    if (call.agent().mode() == Mode.SINGLE && !chance.oneIn(8)) {
      return List.of();
    }
    List<RequestedCall> calls = new ArrayList<>();
    int count = 1 + chance.below(chance.oneIn(6) ? 5 : 2);
    for (int i = 0; i < count; i++) {
      String arguments = "{\"q\":" + chance.below(3) + "}";
      Optional<CallError> problem =
          chance.oneIn(15)
              ? Optional.of(
                  new CallError(
                      CallError.Code.INVALID_ARGUMENTS, "bad", Optional.empty(), Map.of()))
              : Optional.empty();
      calls.add(
          new RequestedCall(
              call.id() + "-" + i, chance.of(tools), arguments, hash(arguments), problem));
    }
    return calls;
  }

  static String hash(String arguments) {
    return "hash of " + arguments;
  }
}
