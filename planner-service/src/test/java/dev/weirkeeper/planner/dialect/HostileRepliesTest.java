package dev.weirkeeper.planner.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.wire.Provider;
import dev.weirkeeper.wire.StopReason;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Replies with anything in them replaced by anything else: whatever comes, it is a reply that can
 * be sent back or a failure in words.
 */
class HostileRepliesTest {

  private static final int MUTANTS = 100;
  private static final List<String> ANYTHING =
      List.of(
          "null",
          "true",
          "-1",
          "0",
          "1e308",
          "123456789012345678901234567890",
          "\"\"",
          "\"x\"",
          "\"\\ud83d\"",
          "[]",
          "{}",
          "[null]",
          "[[[]]]",
          "{\"type\":\"tool_use\"}",
          "{\"type\":null,\"id\":{},\"index\":-7}",
          "[{\"type\":\"function_call\"},1,\"a\",null]",
          "{\"message\":{\"content\":[{\"text\":1}]},\"error\":[]}");

  static Stream<String> replies() {
    return ReplyFixturesTest.replies();
  }

  @ParameterizedTest
  @MethodSource("replies")
  void are_read_or_refused_but_never_break_the_reader(String name) {
    Random random = new Random(name.hashCode());
    for (int i = 0; i < MUTANTS; i++) {
      if (name.endsWith(".json")) {
        String mutant = mutant(Fixture.text(name), random);
        read(provider(name), mutant, reader -> reader.whole(mutant));
      } else {
        List<String> events = new ArrayList<>();
        Fixture.text(name)
            .lines()
            .filter(line -> line.startsWith("data: "))
            .forEach(line -> events.add(line.substring(6)));
        for (int changes = random.nextInt(3) + 1; changes > 0; changes--) {
          int at = random.nextInt(events.size());
          switch (random.nextInt(4)) {
            case 0 -> events.add(random.nextInt(events.size()), events.get(at));
            case 1 -> events.set(at, events.get(random.nextInt(events.size())));
            default -> events.set(at, mutant(events.get(at), random));
          }
        }
        read(
            provider(name),
            String.join("\n", events),
            reader -> {
              for (String data : events) {
                if (reader.event(new ServerSentEvents.Event("", data))) {
                  break;
                }
              }
              return reader.finish();
            });
      }
    }
  }

  private interface Reading {
    Reply read(ReplyReader reader) throws UnusableReplyException;
  }

  private static void read(Provider provider, String text, Reading reading) {
    ReplyReader reader = ReplyReader.of(provider, 3, _ -> {});
    try {
      Reply reply = reading.read(reader);

      assertThat(reply.stopReason() == StopReason.TOOL_USE)
          .as(text)
          .isEqualTo(!reply.calls().isEmpty());
      assertThat(reply.calls().stream().map(Reply.Call::id))
          .as(text)
          .doesNotHaveDuplicates()
          .doesNotContain("");
      if (!reply.content().isEmpty()) {
        assertThat(WireJson.parse(reply.content())).as(text).isPresent();
      }
    } catch (UnusableReplyException e) {
      assertThat(e.failure().message()).as(text).isNotBlank();
    }
    TokenCount tokens = reader.tokens();
    assertThat(tokens.usage().getOutput()).as(text).isNotNegative();
  }

  /** The text with one value somewhere in it replaced, dropped or moved. */
  private static String mutant(String json, Random random) {
    JsonNode root = WireJson.parse(json).orElse(null);
    if (root == null) {
      return json;
    }
    List<JsonNode> containers = new ArrayList<>();
    collect(root, containers);
    JsonNode anything = WireJson.MAPPER.readTree(ANYTHING.get(random.nextInt(ANYTHING.size())));
    if (containers.isEmpty()) {
      return anything.toString();
    }
    switch (containers.get(random.nextInt(containers.size()))) {
      case ObjectNode object when !object.isEmpty() -> {
        List<String> names = List.copyOf(object.propertyNames());
        String name = names.get(random.nextInt(names.size()));
        if (random.nextInt(4) == 0) {
          object.remove(name);
        } else {
          object.set(name, anything);
        }
      }
      case ArrayNode array when !array.isEmpty() ->
          array.set(random.nextInt(array.size()), anything);
      case ArrayNode array -> array.add(anything);
      default -> {
        return anything.toString();
      }
    }
    return root.toString();
  }

  private static void collect(JsonNode node, List<JsonNode> containers) {
    if (node.isContainer()) {
      containers.add(node);
      node.forEach(child -> collect(child, containers));
    }
  }

  private static Provider provider(String name) {
    return name.startsWith("anthropic")
        ? Provider.ANTHROPIC_MESSAGES
        : name.startsWith("chat") ? Provider.OPENAI_CHAT_COMPLETIONS : Provider.OPENAI_RESPONSES;
  }
}
