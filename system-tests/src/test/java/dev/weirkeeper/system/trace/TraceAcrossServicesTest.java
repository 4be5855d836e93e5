package dev.weirkeeper.system.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weirkeeper.cli.cluster.Cluster;
import dev.weirkeeper.cli.cluster.ClusterAddress;
import dev.weirkeeper.cli.cluster.TopicScan;
import dev.weirkeeper.cli.form.TaskRequest;
import dev.weirkeeper.cli.stack.LocalStack;
import dev.weirkeeper.operations.config.Given;
import dev.weirkeeper.operations.trace.TraceContext;
import dev.weirkeeper.schemas.serde.AvroSerializer;
import dev.weirkeeper.schemas.topic.Topic;
import dev.weirkeeper.system.trace.Collector.Received;
import dev.weirkeeper.wire.ApprovalDecision;
import dev.weirkeeper.wire.ApprovalRequest;
import dev.weirkeeper.wire.Task;
import dev.weirkeeper.wire.TaskResult;
import dev.weirkeeper.wire.TaskStatus;
import dev.weirkeeper.wire.Verdict;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TraceAcrossServicesTest {

  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final TraceContext PRODUCER =
      place("0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331");
  private static final TraceContext APPROVER =
      place("4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7");

  @TempDir private Path data;

  @Test
  void one_trace_shows_every_hop_of_a_task_that_outlives_the_services_it_began_in()
      throws Exception {
    try (Collector collector = new Collector()) {
      Task task = TaskRequest.of("Please delete the user u_012.").toTask(Instant.now());
      ApprovalRequest request;
      try (LocalStack stack = start(collector);
          Cluster cluster = connect(stack)) {
        write(cluster, cluster.topics().tasks(), task.getSessionId(), task, PRODUCER);
        request = eventually(cluster, cluster.topics().approvalRequests(), task.getSessionId());
      }
      try (LocalStack stack = start(collector);
          Cluster cluster = connect(stack)) {
        write(
            cluster,
            cluster.topics().approvalDecisions(),
            task.getSessionId(),
            approval(request),
            APPROVER);
        TaskResult result = eventually(cluster, cluster.topics().results(), task.getSessionId());
        assertThat(result.getStatus()).isEqualTo(TaskStatus.COMPLETE);
        await()
            .atMost(PATIENCE)
            .untilAsserted(
                () -> {
                  Received agent = one(collector, "invoke_agent default");
                  assertThat(named(collector, "audit_ingest"))
                      .anySatisfy(batch -> assertThat(batch.links()).contains(agent.id()));
                });
      }

      Received agent = one(collector, "invoke_agent default");
      assertThat(agent.service()).isEqualTo("planner");
      assertThat(agent.trace()).isEqualTo(PRODUCER.traceId());
      assertThat(agent.parent()).isEqualTo(PRODUCER.spanId());
      assertThat(agent.attribute("gen_ai.conversation.id")).isEqualTo(task.getSessionId());
      assertThat(agent.attribute("weirkeeper.steps")).isEqualTo("3");

      List<Received> chats = named(collector, "chat " + agent.attribute("gen_ai.request.model"));
      assertThat(chats)
          .hasSize(2)
          .extracting(chat -> chat.attribute("weirkeeper.model_call.id"))
          .containsExactlyInAnyOrder(task.getSessionId() + "/1/m1", task.getSessionId() + "/2/m1");
      Received tool = one(collector, "execute_tool delete_record");
      assertThat(tool.service()).isEqualTo("tool-executor");
      Received wait = one(collector, "await_approval delete_record");
      assertThat(wait.attribute("weirkeeper.approval.verdict")).isEqualTo("approve");
      assertThat(wait.links()).containsExactly(APPROVER.spanId());

      List<Received> children = new ArrayList<>(chats);
      children.add(tool);
      children.add(wait);
      assertThat(children)
          .allSatisfy(child -> assertThat(child.trace()).isEqualTo(agent.trace()))
          .allSatisfy(child -> assertThat(child.parent()).isEqualTo(agent.id()));
      assertThat(collector.spans().stream().filter(s -> s.trace().equals(agent.trace())))
          .as("nothing else is in the trace")
          .hasSize(children.size() + 1);
    }
  }

  private LocalStack start(Collector collector) throws InterruptedException {
    return LocalStack.start(
        data,
        Given.of(Map.of("trace.otlp.endpoint", collector.url(), "stack.partitions", "1")),
        (_, _, _) -> {});
  }

  private static Cluster connect(LocalStack stack) throws InterruptedException {
    return Cluster.connect(ClusterAddress.from(Given.of(new HashMap<>(stack.address()))));
  }

  private static <T extends SpecificRecord> void write(
      Cluster cluster, Topic<T> topic, String key, T value, TraceContext place)
      throws InterruptedException {
    try (AvroSerializer<T> values = new AvroSerializer<>(cluster.address().connection().serde())) {
      ProducerRecord<byte[], byte[]> record =
          new ProducerRecord<>(
              topic.name(),
              key.getBytes(StandardCharsets.UTF_8),
              values.serialize(topic.name(), value));
      place.writeTo(record.headers());
      cluster.write(List.of(record));
    }
  }

  private static <T extends SpecificRecord> T eventually(
      Cluster cluster, Topic<T> topic, String session) {
    List<T> found = new ArrayList<>();
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              new TopicScan(cluster)
                  .values(topic, Optional.of(session), read -> read.value().ifPresent(found::add));
              return !found.isEmpty();
            });
    return found.getFirst();
  }

  private static ApprovalDecision approval(ApprovalRequest request) {
    return ApprovalDecision.newBuilder()
        .setDecisionId("d1")
        .setCallId(request.getCallId())
        .setSessionId(request.getSessionId())
        .setArgumentsHash(request.getArgumentsHash())
        .setVerdict(Verdict.APPROVE)
        .setDecidedBy("ann")
        .setDecidedAt(Instant.now())
        .build();
  }

  private static Received one(Collector collector, String name) {
    List<Received> all = named(collector, name);
    assertThat(all).as(name).hasSize(1);
    return all.getFirst();
  }

  private static List<Received> named(Collector collector, String name) {
    return collector.spans().stream().filter(span -> span.name().equals(name)).toList();
  }

  private static TraceContext place(String traceAndSpan) {
    return TraceContext.parse("00-" + traceAndSpan + "-01", null).orElseThrow();
  }
}
