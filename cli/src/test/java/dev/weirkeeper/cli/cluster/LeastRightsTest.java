package dev.weirkeeper.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.cli.cluster.LeastRights.Role;
import dev.weirkeeper.schemas.topic.Topic;
import dev.weirkeeper.schemas.topic.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.Test;

final class LeastRightsTest {

  private static final Path PAGE = Path.of("..", "docs", "security.md");
  private static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);

  private final LeastRights rights = new LeastRights(TOPICS, List.of(Topics.DEFAULT_POOL));

  @Test
  void the_page_has_the_table_that_the_code_grants() throws IOException {
    String page = Files.readString(PAGE);

    assertThat(between(page, "rights")).isEqualTo(rights.markdown());
    assertThat(between(page, "roles")).isEqualTo(legend());
  }

  @Test
  void the_audit_sink_reads_every_topic_but_the_one_of_token_streams() {
    Set<String> all = new TreeSet<>();
    TOPICS.all(List.of(Topics.DEFAULT_POOL)).stream().map(Topic::name).forEach(all::add);
    all.remove(TOPICS.stream().name());

    assertThat(topicsOf(Role.AUDIT_SINK, AclOperation.READ)).isEqualTo(all);
  }

  @Test
  void nobody_may_alter_or_delete_what_is_not_its_own() {
    for (Role role : Role.values()) {
      rights.of(role).stream()
          .filter(right -> right.operations().contains(AclOperation.DELETE))
          .forEach(
              right ->
                  assertThat(right.names()).containsExactly(TOPICS.plannerApplication() + "-"));
      assertThat(rights.of(role))
          .noneMatch(right -> right.operations().contains(AclOperation.ALTER))
          .noneMatch(right -> right.operations().contains(AclOperation.ALL))
          .noneMatch(right -> right.type() == ResourceType.CLUSTER);
    }
  }

  @Test
  void a_right_is_one_command_of_kafkas_own_tools() {
    assertThat(rights.of(Role.SUBMITTER).getFirst().command("k:9092", "User:app"))
        .isEqualTo(
            "kafka-acls.sh --bootstrap-server k:9092 --add --allow-principal User:app"
                + " --operation Write --topic agent.tasks --resource-pattern-type literal");
    assertThat(rights.of(Role.PLANNER).getLast().command("k:9092", "User:planner"))
        .isEqualTo(
            "kafka-acls.sh --bootstrap-server k:9092 --add --allow-principal User:planner"
                + " --operation Write --transactional-id agent.planner-"
                + " --resource-pattern-type prefixed");
  }

  private Set<String> topicsOf(Role role, AclOperation operation) {
    Set<String> names = new TreeSet<>();
    rights.of(role).stream()
        .filter(right -> right.type() == ResourceType.TOPIC)
        .filter(right -> right.operations().contains(operation))
        .forEach(right -> names.addAll(right.names()));
    return names;
  }

  private static String legend() {
    StringBuilder legend = new StringBuilder();
    LeastRights.roles().forEach((word, who) -> legend.append("- `%s`: %s%n".formatted(word, who)));
    return legend.toString();
  }

  /** What stands between two marks; the message of a difference is what to paste. */
  private static String between(String page, String mark) {
    String begin = "<!-- " + mark + " -->\n";
    String end = "<!-- /" + mark + " -->";
    return page.substring(page.indexOf(begin) + begin.length(), page.indexOf(end));
  }
}
