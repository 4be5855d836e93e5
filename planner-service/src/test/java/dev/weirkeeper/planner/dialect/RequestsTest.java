package dev.weirkeeper.planner.dialect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.wire.ModelChoice;
import dev.weirkeeper.wire.Provider;
import dev.weirkeeper.wire.RequestedCall;
import dev.weirkeeper.wire.ToolDefinition;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class RequestsTest {

  private static final String SYSTEM = "You are careful.\n\"Always\".";
  private static final Message TASK =
      new Message.User("What is 2^32, and can you look up user u_001?");
  private static final ToolDefinition CALCULATOR =
      tool(
          "calculator",
          "{\"additionalProperties\":false,\"properties\":{\"expression\":{\"type\":\"string\"}},"
              + "\"required\":[\"expression\"],\"type\":\"object\"}");
  private static final ToolDefinition LOOKUP_USER =
      tool(
          "lookup_user",
          "{ \"type\":\"object\", \"required\":[\"user_id\"],"
              + "\"properties\":{\"user_id\":{\"type\":\"string\"}} }");
  private static final List<ToolDefinition> TOOLS = List.of(LOOKUP_USER, CALCULATOR);

  /** A provider with what the tests need to know of it. */
  enum Format {
    ANTHROPIC(
        "anthropic",
        Provider.ANTHROPIC_MESSAGES,
        "claude-sonnet-5-5",
        "toolu_",
        """
        [ {"type":"thinking","thinking":"","signature":"EqQ=="}, {"type":"text","text":"Let me see."}, \
        {"type":"tool_use","id":"toolu_1","name":"calculator","input":{ "expression" : "2^32" }}, \
        {"type":"tool_use","id":"toolu_2","name":"lookup_user","input":{"user_id":"u_001"}} ]""",
        """
        {"temperature":0.50,"thinking":{"type":"enabled","budget_tokens":2000},"cache_control":null,\
        "stream":false,"tools":[{"type":"web_search_20250305","name":"web_search"}]}"""),
    CHAT(
        "chat",
        Provider.OPENAI_CHAT_COMPLETIONS,
        "gpt-6.2-sol",
        "call_",
        """
        {"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function","function":\
        {"name":"calculator","arguments":"{ \\"expression\\" : \\"2^32\\" }"}},{"id":"call_2",\
        "type":"function","function":{"name":"lookup_user","arguments":"{\\"user_id\\":\\"u_001\\"}"}}],\
         "reasoning_content" : "hm"}""",
        """
        {"reasoning_effort":"low","stream":false,"max_completion_tokens":null}"""),
    RESPONSES(
        "responses",
        Provider.OPENAI_RESPONSES,
        "gpt-6.2-sol",
        "call_",
        """
        [ {"id":"rs_1","type":"reasoning","summary":[],"encrypted_content":"gA=="}, {"id":"msg_1",\
        "type":"message","status":"completed","role":"assistant","content":[{"type":"output_text",\
        "text":"Let me see.","annotations":[]}]}, {"id":"fc_1","type":"function_call",\
        "status":"completed","call_id":"call_1","name":"calculator","arguments":"{ }"} , {"id":"fc_2",\
        "type":"function_call","status":"completed","call_id":"call_2","name":"lookup_user",\
        "arguments":"{}"} ]""",
        """
        {"reasoning":{"effort":"low"},"include":null,"stream":false,"tools":[{"type":"web_search"}]}""");

    private final String folder;
    private final Provider provider;
    private final String model;
    private final String idPrefix;
    private final String content;
    private final String options;

    Format(
        String folder,
        Provider provider,
        String model,
        String idPrefix,
        String content,
        String options) {
      this.folder = folder;
      this.provider = provider;
      this.model = model;
      this.idPrefix = idPrefix;
      this.content = content;
      this.options = options;
    }

    PromptFormat format() {
      return PromptFormat.of(new ModelChoice(provider, model, null));
    }

    /** What a model said, in this format. */
    Message said(String speaker, List<RequestedCall> calls) {
      return new Message.Assistant(provider, speaker, content, "Let me see.", calls);
    }
  }

  private static ToolDefinition tool(String name, String schema) {
    return ToolDefinition.newBuilder()
        .setName(name)
        .setVersion(name + "-1")
        .setDescription("The " + name + ".")
        .setInputSchema(schema)
        .build();
  }

  private static List<RequestedCall> calls(String idPrefix) {
    return List.of(
        new RequestedCall(idPrefix + 1, "calculator", "{\"expression\":\"2^32\"}", "", null),
        new RequestedCall(idPrefix + 2, "lookup_user", "{\"user_id\":\"u_001\"}", "", null));
  }

  private static Message results(String idPrefix) {
    return new Message.Results(
        List.of(
            new Message.Answer(idPrefix + 1, "4294967296", false),
            new Message.Answer(
                idPrefix + 2,
                "{\"error\":{\"code\":\"timeout\",\"message\":\"No answer.\"}}",
                true)));
  }

  private static Prompt prompt(
      Format format, String system, List<ToolDefinition> tools, Message... messages) {
    List<byte[]> fragments = new ArrayList<>();
    for (Message message : messages) {
      fragments.add(format.format().encode(message));
    }
    return new Prompt(system, tools, Optional.empty(), "pins", fragments);
  }

  private static Prompt with(Prompt prompt, String options) {
    return new Prompt(
        prompt.system(),
        prompt.tools(),
        Optional.of(options),
        prompt.pinsDigest(),
        prompt.fragments());
  }

  /** The bytes that go over the wire. */
  private static String request(Format format, Prompt prompt) throws InvalidPromptException {
    Frame frame = format.format().frame(prompt);
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.writeBytes(frame.head());
    List<byte[]> fragments = new ArrayList<>(prompt.fragments());
    fragments.addFirst(frame.leading());
    fragments.removeIf(fragment -> fragment.length == 0);
    for (int i = 0; i < fragments.size(); i++) {
      if (i > 0) {
        body.write(',');
      }
      body.writeBytes(fragments.get(i));
    }
    body.writeBytes(frame.tail(1024));
    return body.toString(StandardCharsets.UTF_8);
  }

  private static void assertIsFixture(Format format, String name, Prompt prompt)
      throws InvalidPromptException {
    String request = request(format, prompt);

    assertThat(request).isEqualTo(Fixture.text(format.folder + "/request-" + name + ".json"));
    assertThat(WireJson.parseObject(request)).isPresent();
  }

  @Nested
  class A_request {

    @ParameterizedTest
    @EnumSource
    void carries_the_conversation_with_the_models_words_byte_for_byte(Format format)
        throws Exception {
      Prompt prompt =
          prompt(
              format,
              SYSTEM,
              TOOLS,
              TASK,
              format.said(format.model + "-20261001", calls(format.idPrefix)),
              results(format.idPrefix));

      assertIsFixture(format, "conversation", prompt);
    }

    @ParameterizedTest
    @EnumSource
    void leaves_another_models_thinking_out(Format format) throws Exception {
      Prompt prompt =
          prompt(
              format,
              SYSTEM,
              TOOLS,
              TASK,
              format.said("some-other-model", calls(format.idPrefix)),
              results(format.idPrefix));

      assertIsFixture(format, "other-model", prompt);
    }

    @ParameterizedTest
    @EnumSource
    void is_rebuilt_from_text_and_calls_where_the_model_spoke_another_format(Format format)
        throws Exception {
      Format other = format == Format.CHAT ? Format.ANTHROPIC : Format.CHAT;
      Prompt prompt =
          prompt(
              format,
              SYSTEM,
              TOOLS,
              TASK,
              other.said(format.model, calls(format.idPrefix)),
              results(format.idPrefix));

      assertIsFixture(format, "other-format", prompt);
    }

    @ParameterizedTest
    @EnumSource
    void is_bare_without_system_prompt_and_tools(Format format) throws Exception {
      assertIsFixture(format, "bare", prompt(format, "", List.of(), TASK));
    }

    @ParameterizedTest
    @EnumSource
    void may_have_tools_and_no_system_prompt(Format format) throws Exception {
      assertIsFixture(format, "tools-only", prompt(format, " \n", TOOLS, TASK));
    }

    @ParameterizedTest
    @EnumSource
    void takes_the_agents_options_in_and_drops_what_they_set_to_null(Format format)
        throws Exception {
      assertIsFixture(format, "options", with(prompt(format, SYSTEM, TOOLS, TASK), format.options));
    }

    @ParameterizedTest
    @EnumSource
    void leaves_out_an_entry_that_says_nothing(Format format) throws Exception {
      Message nothing = new Message.Assistant(format.provider, format.model, "", "", List.of());
      Message foreignNothing =
          new Message.Assistant(
              format == Format.CHAT ? Provider.OPENAI_RESPONSES : Provider.OPENAI_CHAT_COMPLETIONS,
              "m",
              "",
              "",
              List.of());

      assertIsFixture(format, "bare", prompt(format, "", List.of(), TASK, nothing, foreignNothing));
    }
  }

  @Nested
  class The_prefix {

    @ParameterizedTest
    @EnumSource
    void of_each_request_is_the_whole_conversation_of_the_one_before(Format format)
        throws Exception {
      List<Message> conversation = new ArrayList<>(List.of(TASK));
      String before = "";
      for (int step = 0; step < 20; step++) {
        Prompt prompt = prompt(format, SYSTEM, TOOLS, conversation.toArray(new Message[0]));
        String request = request(format, prompt);
        String tail = new String(format.format().frame(prompt).tail(1024), StandardCharsets.UTF_8);
        assertThat(request).endsWith(tail).startsWith(before);
        before = request.substring(0, request.length() - tail.length());
        conversation.add(format.said(format.model, calls(format.idPrefix)));
        conversation.add(results(format.idPrefix));
      }
    }

    @ParameterizedTest
    @EnumSource
    void does_not_depend_on_the_order_of_tools_or_of_keys_in_their_schemas(Format format)
        throws Exception {
      ToolDefinition reordered =
          tool(
              "lookup_user",
              "{\"properties\":{\"user_id\":{\"type\":\"string\"}},\"required\":[\"user_id\"],"
                  + "\"type\":\"object\"}");

      String one = request(format, prompt(format, SYSTEM, TOOLS, TASK));
      String other = request(format, prompt(format, SYSTEM, List.of(CALCULATOR, reordered), TASK));

      assertThat(other).isEqualTo(one);
    }

    @ParameterizedTest
    @EnumSource
    void does_not_depend_on_the_output_limit(Format format) throws Exception {
      Frame frame = format.format().frame(prompt(format, SYSTEM, TOOLS, TASK));

      assertThat(new String(frame.tail(77), StandardCharsets.UTF_8)).contains(":77");
      assertThat(new String(frame.head(), StandardCharsets.UTF_8)).doesNotContain("max_");
    }
  }

  @Nested
  class Options {

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        value = {
          "ANTHROPIC|{\"max_tokens\":1}|max_tokens",
          "ANTHROPIC|{\"messages\":[]}|messages",
          "ANTHROPIC|{\"system\":\"x\"}|system",
          "CHAT|{\"n\":3}|'n'",
          "CHAT|{\"max_tokens\":3}|max_tokens",
          "RESPONSES|{\"previous_response_id\":\"x\"}|previous_response_id",
          "RESPONSES|{\"background\":true}|background",
          "RESPONSES|[1]|an array",
          "ANTHROPIC|{\"tools\":[1]}|list of objects",
          "CHAT|{|request_options",
          "ANTHROPIC|{\"a\":1,\"a\":2}|request_options",
        })
    void that_the_planner_must_decide_or_that_make_no_sense_are_refused(
        Format format, String options, String reason) {
      Prompt prompt = with(prompt(format, SYSTEM, TOOLS, TASK), options);

      assertThatThrownBy(() -> format.format().frame(prompt))
          .isInstanceOf(InvalidPromptException.class)
          .hasMessageContaining(reason);
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_tool_whose_schema_is_no_json_object_is_refused_by_name(Format format) {
    Prompt prompt = prompt(format, SYSTEM, List.of(tool("broken", "{\"type\":")), TASK);

    assertThatThrownBy(() -> format.format().frame(prompt))
        .isInstanceOf(InvalidPromptException.class)
        .hasMessageContaining("broken");
  }

  @ParameterizedTest
  @EnumSource
  void the_bound_on_input_tokens_is_at_least_the_bytes_of_the_request(Format format)
      throws Exception {
    Prompt prompt =
        prompt(
            format,
            SYSTEM,
            TOOLS,
            new Message.User("Zażółć gęślą jaźń 🌍 \u0000 \"quoted\"".repeat(50)),
            format.said(format.model, calls(format.idPrefix)),
            results(format.idPrefix));

    long bound =
        format
            .format()
            .inputTokensBound(
                format.format().frame(prompt), prompt.tools().size(), prompt.fragments());

    assertThat(bound)
        .isGreaterThan(request(format, prompt).getBytes(StandardCharsets.UTF_8).length);
  }

  @Nested
  class Anthropic {

    private final PromptFormat format = Format.ANTHROPIC.format();

    private String encoded(Message message) {
      return new String(format.encode(message), StandardCharsets.UTF_8);
    }

    @Test
    void is_never_sent_blank_text_which_it_refuses() {
      assertThat(encoded(new Message.User(" \n"))).contains("\"text\":\"(no text)\"");
      assertThat(encoded(new Message.Results(List.of(new Message.Answer("toolu_1", "", false)))))
          .contains("\"content\":\"(no text)\"");
    }

    @Test
    void gets_the_same_acceptable_id_for_a_foreign_call_and_its_answer() {
      RequestedCall call = new RequestedCall("functions.echo:0", "echo me", "{\"a\":", "", null);
      String asked =
          encoded(
              new Message.Assistant(
                  Provider.OPENAI_CHAT_COMPLETIONS, "m", "{}", "", List.of(call)));
      String answered =
          encoded(new Message.Results(List.of(new Message.Answer("functions.echo:0", "x", false))));

      String id = AnthropicPrompt.callId("functions.echo:0");
      assertThat(id).matches("[a-zA-Z0-9_-]{1,64}");
      assertThat(asked)
          .contains("\"id\":\"" + id + "\"", "\"name\":\"echo_me\"")
          .contains("\"input\":{\"unparsed\":\"{\\\"a\\\":\"}");
      assertThat(answered).contains("\"tool_use_id\":\"" + id + "\"");
    }
  }
}
