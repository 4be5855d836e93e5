package dev.weirkeeper.schemas.topic;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class TopicTableTest {
  private static final String BEGIN = "<!-- topics -->\n";
  private static final String END = "<!-- /topics -->";
  private static final Path PAGE = Path.of("..", "ARCHITECTURE.md");

  /** Run with {@code -Dweirkeeper.write-docs=true} to write the table anew. */
  @Test
  void the_table_of_topics_is_the_catalogue() throws IOException {
    String page = Files.readString(PAGE);
    String table = table();
    int begin = page.indexOf(BEGIN) + BEGIN.length();
    int end = page.indexOf(END);
    if (Boolean.getBoolean("weirkeeper.write-docs")) {
      page = page.substring(0, begin) + table + page.substring(end);
      Files.writeString(PAGE, page);
      end = page.indexOf(END);
    }

    assertThat(page.substring(begin, end))
        .as(
            "write it anew with: mvn -pl schemas test -Dtest=TopicTableTest -Dweirkeeper.write-docs=true")
        .isEqualTo(table);
  }

  private static String table() {
    return "| topic | key | value | writer | kept |\n|---|---|---|---|---|\n"
        + new Topics(Topics.DEFAULT_PREFIX)
            .all(List.of(Topics.DEFAULT_POOL)).stream()
                .map(
                    topic ->
                        "| `%s` | %s | %s | %s | %s |%n"
                            .formatted(
                                topic.name(),
                                key(topic),
                                topic.value().map(Class::getSimpleName).orElse("original bytes"),
                                topic.writer(),
                                topic
                                    .retention()
                                    .map(
                                        time ->
                                            time.toDays() > 0
                                                ? time.toDays() + " d"
                                                : time.toMinutes() + " min")
                                    .orElse("newest of each key")))
                .collect(Collectors.joining());
  }

  private static String key(Topic<?> topic) {
    return switch (topic.key()) {
      case SESSION -> "session id";
      case NAME -> "name";
      case TENANT -> "tenant";
      case ORIGINAL -> "as it was";
    };
  }
}
