package dev.weirkeeper.planner.provider;

import static dev.weirkeeper.planner.provider.Calls.ANTHROPIC;
import static dev.weirkeeper.planner.provider.Calls.call;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.local.rehearsal.BenchModel;
import dev.weirkeeper.local.rehearsal.RehearsalModel;
import dev.weirkeeper.local.rehearsal.RehearsalUsage;
import dev.weirkeeper.local.rehearsal.Scenario;
import dev.weirkeeper.planner.dialect.Message;
import dev.weirkeeper.planner.dialect.Prompt;
import dev.weirkeeper.planner.dialect.PromptFormat;
import dev.weirkeeper.wire.ModelReply;
import dev.weirkeeper.wire.RequestedCall;
import dev.weirkeeper.wire.StopReason;
import dev.weirkeeper.wire.ToolDefinition;
import dev.weirkeeper.wire.Usage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Whole conversations with a server that refuses what the real provider refuses. */
class RehearsedConversationTest {

  private static final PromptFormat FORMAT = PromptFormat.of(ANTHROPIC);
  private static final ToolDefinition ECHO =
      Calls.tool(
          "echo",
          "{\"properties\":{\"text\":{\"type\":\"string\"}},\"required\":[\"text\"],"
              + "\"type\":\"object\"}");

  @RegisterExtension final ProviderServer provider = new ProviderServer();

  private final List<byte[]> fragments = new ArrayList<>();
  private final List<ModelReply> replies = new ArrayList<>();

  private ModelReply say(ModelClient client, Message message, List<ToolDefinition> tools) {
    fragments.add(FORMAT.encode(message));
    ModelReply reply =
        client.call(
            call(ANTHROPIC),
            new Prompt("Be exact. ".repeat(200), tools, Optional.empty(), "pins", fragments),
            new Cancellation(),
            _ -> {});
    assertThat(reply.getError()).isNull();
    replies.add(reply);
    fragments.add(
        FORMAT.encode(
            new Message.Assistant(
                reply.getProvider(),
                reply.getRequestedModel(),
                reply.getContent(),
                reply.getText(),
                reply.getCalls())));
    return reply;
  }

  private static Message answers(ModelReply reply, String... contents) {
    List<Message.Answer> answers = new ArrayList<>();
    for (int i = 0; i < contents.length; i++) {
      answers.add(
          new Message.Answer(reply.getCalls().get(i).getProviderCallId(), contents[i], false));
    }
    return new Message.Results(answers);
  }

  private void assertBooksAgree(RehearsalUsage counted) {
    long[] sums = new long[5];
    for (ModelReply reply : replies) {
      Usage usage = reply.getUsage();
      sums[0] += usage.getUncachedInput();
      sums[1] += usage.getCacheWrite5m();
      sums[2] += usage.getCacheWrite1h();
      sums[3] += usage.getCacheRead();
      sums[4] += usage.getOutput();
    }
    assertThat(sums)
        .containsExactly(
            counted.uncachedInput(),
            counted.cacheWrite5m(),
            counted.cacheWrite1h(),
            counted.cacheRead(),
            counted.output());
  }

  @Test
  void the_guides_task_is_answered_from_the_results_of_both_tools() throws Exception {
    try (RehearsalModel model = RehearsalModel.start(RehearsalModel.Settings.defaults())) {
      ModelClient client = provider.client(provider.at(model.baseUrl()));
      List<ToolDefinition> tools = List.of(Calls.CALCULATOR, Calls.LOOKUP_USER);

      ModelReply first =
          say(client, new Message.User("What is 2^32, and can you look up user u_001?"), tools);
      ModelReply second =
          say(
              client,
              answers(
                  first,
                  "{\"result\":\"4294967296\",\"exact\":true}",
                  "{\"found\":true,\"user\":{\"user_id\":\"u_001\",\"name\":\"Mara\",\"email\":"
                      + "\"m@example.com\",\"department\":\"D\",\"role\":\"R\",\"status\":\"S\"}}"),
              tools);
      say(client, new Message.User("Thanks. And 7 * 6?"), tools);

      assertThat(first.getCalls())
          .extracting(RequestedCall::getTool)
          .containsExactly("calculator", "lookup_user");
      assertThat(first.getCalls()).allMatch(call -> call.getProblem() == null);
      assertThat(second.getStopReason()).isEqualTo(StopReason.END_TURN);
      assertThat(second.getText()).contains("4294967296", "Mara");
      assertBooksAgree(model.usage());
      assertThat(model.usage().refused()).isZero();
    }
  }

  @Test
  void each_step_reads_the_one_before_from_the_cache() throws Exception {
    Scenario steps =
        Scenario.parse(
            """
            tasks:
              - task: many steps
                user: go
                steps:
                  - {say: one, calls: [{tool: echo, input: {text: a}}]}
                  - {say: two, calls: [{tool: echo, input: {text: b}}]}
                  - {say: three, calls: [{tool: echo, input: {text: c}}]}
                  - {say: done}
            """,
            "steps.yaml");
    try (RehearsalModel model =
        RehearsalModel.start(RehearsalModel.Settings.defaults().withScenario(steps))) {
      ModelClient client = provider.client(provider.at(model.baseUrl()));
      ModelReply reply = say(client, new Message.User("go"), List.of(ECHO));
      while (reply.getStopReason() == StopReason.TOOL_USE) {
        reply = say(client, answers(reply, "x".repeat(500)), List.of(ECHO));
      }

      assertThat(replies).hasSize(4);
      for (int i = 1; i < replies.size(); i++) {
        Usage before = replies.get(i - 1).getUsage();
        Usage now = replies.get(i).getUsage();
        assertThat(now.getCacheRead()).isEqualTo(before.getCacheRead() + before.getCacheWrite5m());
        assertThat(now.getUncachedInput()).isZero();
      }
      assertBooksAgree(model.usage());
    }
  }

  @Test
  void the_bench_model_is_given_ten_calls_one_after_the_other() throws Exception {
    try (BenchModel model = BenchModel.start(BenchModel.Settings.defaults())) {
      ModelClient client = provider.client(provider.at(model.baseUrl()));
      ModelReply reply = say(client, new Message.User("go"), List.of(ECHO));
      while (reply.getStopReason() == StopReason.TOOL_USE) {
        String echoed = reply.getCalls().getFirst().getArguments();
        reply = say(client, answers(reply, echoed), List.of(ECHO));
      }

      assertThat(replies).hasSize(11);
      assertThat(reply.getText()).isEqualTo(BenchModel.FINAL_TEXT);
      assertThat(replies.subList(0, 10))
          .extracting(one -> one.getCalls().getFirst().getArgumentsHash())
          .doesNotHaveDuplicates();
      assertBooksAgree(model.usage());
    }
  }
}
