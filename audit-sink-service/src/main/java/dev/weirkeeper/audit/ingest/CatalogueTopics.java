package dev.weirkeeper.audit.ingest;

import dev.weirkeeper.schemas.topic.Topic;
import dev.weirkeeper.schemas.topic.Topics;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/**
 * Which topics are read and what is on them: the whole catalogue, with a topic of calls for every
 * tool pool there is or will be. The stream of reply pieces is left out: it is kept for minutes and
 * the whole reply follows it.
 *
 * <p>Immutable.
 */
final class CatalogueTopics {

  private final Map<String, Topic<?>> named;
  private final String toolCalls;
  private final Topic<?> toolCall;
  private final Topic<?> deadLetters;
  private final Topics topics;

  CatalogueTopics(Topics topics) {
    this.topics = topics;
    deadLetters = topics.deadLetters();
    named =
        topics.all(List.of()).stream()
            .filter(topic -> !topic.name().equals(topics.stream().name()))
            .collect(Collectors.toUnmodifiableMap(Topic::name, Function.identity()));
    toolCall = topics.toolCalls(Topics.DEFAULT_POOL);
    toolCalls =
        toolCall.name().substring(0, toolCall.name().length() - Topics.DEFAULT_POOL.length());
  }

  /** What to subscribe to. */
  Pattern pattern() {
    return Pattern.compile(
        named.keySet().stream().sorted().map(Pattern::quote).collect(Collectors.joining("|"))
            + "|"
            + Pattern.quote(toolCalls)
            + "[a-z0-9][a-z0-9-]{0,62}");
  }

  /** True for the topics that tell how the content on others is stored. */
  boolean first(String topic) {
    return holdsTasks(topic) || topic.equals(topics.erasures().name());
  }

  /** True for the topic of records that were given up, which may hold anything. */
  boolean holdsDeadLetters(String topic) {
    return topic.equals(deadLetters.name());
  }

  /** True for the topic of tasks, which users may write in two forms. */
  boolean holdsTasks(String topic) {
    return topic.equals(topics.tasks().name());
  }

  /** The class of the values on a topic of the catalogue. */
  Class<? extends SpecificRecord> value(String topic) {
    Topic<?> known = topic.startsWith(toolCalls) ? toolCall : named.get(topic);
    if (known == null) {
      throw new IllegalArgumentException("not in the catalogue: " + topic);
    }
    return known.value().orElseThrow();
  }

  /** The kind of definition a compacted topic holds; absent for other topics. */
  @Nullable String definitionKind(String topic) {
    if (topic.equals(topics.definitions().name())) {
      return "agent";
    }
    if (topic.equals(topics.tools().name())) {
      return "tool";
    }
    if (topic.equals(topics.tenants().name())) {
      return "tenant";
    }
    return topic.equals(topics.pins().name()) ? "pins" : null;
  }

  /** The names of the topics that exist from the beginning. */
  Set<String> names() {
    return named.keySet();
  }
}
