package dev.weirkeeper.cli.trouble;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.operations.cluster.Finding;
import dev.weirkeeper.operations.cluster.UnfitClusterException;
import dev.weirkeeper.operations.config.ConfigurationException;
import dev.weirkeeper.operations.config.Problem;
import java.net.ConnectException;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.Test;

final class ExplanationTest {

  private final Explanation explanation = new Explanation("broker:9092");

  @Test
  void no_broker() {
    Trouble trouble = explanation.of(new ExecutionException(new TimeoutException("60000 ms")));
    assertThat(trouble.sentence())
        .isEqualTo(
            "no Kafka broker answers at broker:9092: start one (weir up), or name another with --bootstrap or KAFKA_BOOTSTRAP_SERVERS");
    assertThat(trouble.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
  }

  @Test
  void a_login_that_is_refused() {
    assertThat(explanation.of(new SaslAuthenticationException("wrong password")).sentence())
        .isEqualTo(
            "Kafka at broker:9092 refuses the login (wrong password): check kafka.sasl.jaas.config, kafka.sasl.mechanism and kafka.security.protocol");
  }

  @Test
  void too_few_rights() {
    assertThat(explanation.of(new TopicAuthorizationException("Topic agent.tasks")).sentence())
        .startsWith("Kafka at broker:9092 allows this login too little (Topic agent.tasks)");
  }

  @Test
  void a_missing_topic() {
    assertThat(explanation.of(new UnknownTopicOrPartitionException("agent.tasks")).sentence())
        .endsWith("create them with weir topics create");
  }

  @Test
  void no_postgresql_and_a_wrong_password() {
    assertThat(explanation.of(new SQLException("refused", "08001")).sentence())
        .startsWith("PostgreSQL does not answer (refused)");
    assertThat(explanation.of(new SQLException("no", "28P01")).sentence())
        .startsWith("PostgreSQL refuses the login (no)");
  }

  @Test
  void settings_and_unfit_clusters_speak_for_themselves() {
    assertThat(
            explanation
                .of(
                    new ConfigurationException(
                        List.of(new Problem("planner.threads", "'x'", "a whole number"))))
                .sentence())
        .contains("planner.threads: 'x' given, expected a whole number");
    assertThat(
            explanation
                .of(new UnfitClusterException(List.of(new Finding("this is wrong", "do that"))))
                .sentence())
        .isEqualTo("this is wrong. Fix: do that");
  }

  @Test
  void the_reason_is_found_however_deep_it_lies() {
    Trouble trouble =
        explanation.of(
            new CompletionException(
                new IllegalStateException("outer", new ConnectException("Connection refused"))));
    assertThat(trouble.sentence()).startsWith("nothing answers (Connection refused)");
  }

  @Test
  void what_nobody_foresaw_is_a_bug() {
    Trouble trouble = explanation.of(new IllegalStateException("how?"));
    assertThat(trouble.exitCode()).isEqualTo(ExitCode.BUG);
    assertThat(trouble.sentence()).contains("how?", "report it");
  }
}
