package dev.weirkeeper.planner.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.wire.Provider;
import dev.weirkeeper.wire.StopReason;
import dev.weirkeeper.wire.Usage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Every reply of the fixtures, read as its {@code .expected} file says. */
class ReplyFixturesTest {

  private static final int TURN = 3;

  static Stream<String> replies() {
    return Stream.of("anthropic", "chat", "responses").flatMap(p -> Fixture.replies(p).stream());
  }

  static Stream<String> streams() {
    return replies().filter(name -> name.endsWith(".sse"));
  }

  private record Read(
      Optional<Reply> reply, Optional<Failure> failure, TokenCount tokens, String deltas) {}

  @ParameterizedTest
  @MethodSource("replies")
  void means_what_is_expected(String name) {
    JsonNode expected = WireJson.MAPPER.readTree(Fixture.expected(name));

    Read read = read(name);

    if (expected.has("failure")) {
      assertThat(read.reply).isEmpty();
      Failure failure = read.failure.orElseThrow();
      assertThat(failure.kind().name()).isEqualTo(expected.path("failure").asString());
      assertThat(failure.remedy().name()).isEqualTo(expected.path("remedy").asString());
      assertThat(failure.message()).contains(expected.path("says").asString(""));
    } else {
      assertThat(read.failure).isEmpty();
      Reply reply = read.reply.orElseThrow();
      assertThat(reply).isEqualTo(reply(expected, name));
      if (name.endsWith(".sse") && reply.stopReason() != StopReason.REFUSED) {
        assertThat(read.deltas).isEqualTo(reply.text());
      }
    }
    assertThat(read.tokens.usage()).isEqualTo(usage(expected.path("usage")));
    assertThat(read.tokens.complete()).isEqualTo(expected.path("complete").asBoolean());
  }

  @ParameterizedTest
  @MethodSource("replies")
  void can_be_sent_back_and_asks_for_exactly_the_calls_it_lists(String name) {
    Optional<Reply> usable = read(name).reply;
    if (usable.isEmpty()) {
      return;
    }
    Reply reply = usable.get();
    assertThat(reply.stopReason() == StopReason.TOOL_USE).isEqualTo(!reply.calls().isEmpty());
    assertThat(reply.calls().stream().map(Reply.Call::id)).doesNotHaveDuplicates();
    assertThat(idsIn(provider(name), reply.content()))
        .isEqualTo(reply.calls().stream().map(Reply.Call::id).toList());
  }

  @ParameterizedTest
  @MethodSource("streams")
  void splits_into_the_same_events_wherever_its_bytes_are_cut(String name) throws Exception {
    String text = Fixture.text(name) + "\n\n";
    List<ServerSentEvents.Event> whole = events(text.getBytes(StandardCharsets.UTF_8), -1);
    assertThat(whole).isNotEmpty();

    for (String ends : List.of("\n", "\r\n", "\r")) {
      byte[] bytes = text.replace("\n", ends).getBytes(StandardCharsets.UTF_8);
      for (int cut = 0; cut <= bytes.length; cut++) {
        assertThat(events(bytes, cut)).as("cut at %d", cut).isEqualTo(whole);
      }
    }
  }

  private static List<ServerSentEvents.Event> events(byte[] bytes, int cut)
      throws UnusableReplyException {
    ServerSentEvents events = new ServerSentEvents(1 << 20);
    List<ServerSentEvents.Event> all = new ArrayList<>();
    events.feed(bytes, 0, Math.max(0, cut));
    for (var event = events.next(); event != null; event = events.next()) {
      all.add(event);
    }
    events.feed(bytes, Math.max(0, cut), bytes.length);
    for (var event = events.next(); event != null; event = events.next()) {
      all.add(event);
    }
    return all;
  }

  private static Read read(String name) {
    StringBuilder deltas = new StringBuilder();
    ReplyReader reader = ReplyReader.of(provider(name), TURN, deltas::append);
    try {
      Reply reply =
          name.endsWith(".json")
              ? reader.whole(Fixture.text(name))
              : stream(reader, (Fixture.text(name) + "\n\n").getBytes(StandardCharsets.UTF_8));
      return new Read(Optional.of(reply), Optional.empty(), reader.tokens(), deltas.toString());
    } catch (UnusableReplyException e) {
      return new Read(
          Optional.empty(), Optional.of(e.failure()), reader.tokens(), deltas.toString());
    }
  }

  /** One byte at a time, as a slow line would bring it. */
  private static Reply stream(ReplyReader reader, byte[] bytes) throws UnusableReplyException {
    ServerSentEvents events = new ServerSentEvents(1 << 20);
    for (int i = 0; i < bytes.length; i++) {
      events.feed(bytes, i, i + 1);
      var event = events.next();
      if (event != null && reader.event(event)) {
        return reader.finish();
      }
    }
    return reader.finish();
  }

  private static Provider provider(String name) {
    return switch (name.substring(0, name.indexOf('/'))) {
      case "anthropic" -> Provider.ANTHROPIC_MESSAGES;
      case "chat" -> Provider.OPENAI_CHAT_COMPLETIONS;
      default -> Provider.OPENAI_RESPONSES;
    };
  }

  private static Reply reply(JsonNode expected, String name) {
    String content = expected.path("content").asString();
    List<Reply.Call> calls = new ArrayList<>();
    for (JsonNode call : expected.path("calls")) {
      calls.add(
          new Reply.Call(
              call.path("id").asString(),
              call.path("tool").asString(),
              call.path("arguments").asString()));
    }
    return new Reply(
        expected.path("model").asString(),
        StopReason.valueOf(expected.path("stop").asString()),
        expected.path("raw_stop").asString(),
        content.equals("verbatim") ? verbatim(name) : content,
        expected.path("text").asString(),
        calls);
  }

  /** The provider's own text of what is to be sent back, cut out by hand. */
  private static String verbatim(String name) {
    String text = Fixture.text(name);
    String start =
        switch (provider(name)) {
          case ANTHROPIC_MESSAGES -> "\"content\": [";
          case OPENAI_CHAT_COMPLETIONS -> "\"message\": {";
          case OPENAI_RESPONSES -> "\"output\": [";
        };
    int from = text.indexOf(start) + start.length() - 1;
    int depth = 0;
    boolean quoted = false;
    for (int i = from; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\' && quoted) {
        i++;
      } else if (c == '"') {
        quoted = !quoted;
      } else if (!quoted && (c == '[' || c == '{')) {
        depth++;
      } else if (!quoted && (c == ']' || c == '}') && --depth == 0) {
        return text.substring(from, i + 1);
      }
    }
    throw new AssertionError("nothing to send back in " + name);
  }

  private static List<String> idsIn(Provider provider, String content) {
    if (content.isEmpty()) {
      return List.of();
    }
    JsonNode json = WireJson.MAPPER.readTree(content);
    List<String> ids = new ArrayList<>();
    switch (provider) {
      case ANTHROPIC_MESSAGES ->
          json.forEach(
              block -> {
                if (WireJson.string(block, "type").equals("tool_use")) {
                  ids.add(WireJson.string(block, "id"));
                }
              });
      case OPENAI_CHAT_COMPLETIONS ->
          json.path("tool_calls").forEach(call -> ids.add(WireJson.string(call, "id")));
      case OPENAI_RESPONSES ->
          json.forEach(
              item -> {
                if (WireJson.string(item, "type").equals("function_call")) {
                  ids.add(WireJson.string(item, "call_id"));
                }
              });
    }
    return ids;
  }

  private static Usage usage(JsonNode expected) {
    return new Usage(
        expected.path("uncached").asLong(),
        expected.path("write_5m").asLong(),
        expected.path("write_1h").asLong(),
        expected.path("read").asLong(),
        expected.path("output").asLong(),
        expected.path("reasoning").asLong());
  }
}
