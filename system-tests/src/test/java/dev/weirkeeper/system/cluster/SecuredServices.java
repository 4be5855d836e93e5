package dev.weirkeeper.system.cluster;

import dev.weirkeeper.audit.AuditSinkConfig;
import dev.weirkeeper.audit.AuditSinkService;
import dev.weirkeeper.cli.cluster.LeastRights.Role;
import dev.weirkeeper.executor.ExecutorConfig;
import dev.weirkeeper.executor.ToolExecutorService;
import dev.weirkeeper.executor.builtin.BuiltinTools;
import dev.weirkeeper.operations.config.Given;
import dev.weirkeeper.operations.config.Settings;
import dev.weirkeeper.operations.health.Check;
import dev.weirkeeper.operations.trace.Tracing;
import dev.weirkeeper.planner.PlannerConfig;
import dev.weirkeeper.planner.PlannerService;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** A planner, an executor and an audit sink, each as a principal of its own. */
final class SecuredServices implements AutoCloseable {

  private final Deque<AutoCloseable> running = new ArrayDeque<>();
  private final List<Check> ready = new ArrayList<>();

  /**
   * Starts them.
   *
   * @param client settings of Kafka clients for a role, by Kafka's own names
   * @param common settings of the services, the same for all
   */
  static SecuredServices start(
      Function<Role, Map<String, String>> client, Map<String, String> common, Path state)
      throws IOException {
    SecuredServices services = new SecuredServices();
    try {
      Map<String, String> planner = given(client.apply(Role.PLANNER), common);
      planner.put("planner.state-directory", state.toString());
      services.add(
          PlannerService.start(
              PlannerConfig.from(Settings.read(PlannerConfig.CATALOGUE, Given.of(planner))),
              new SimpleMeterRegistry(),
              Tracing.off()),
          PlannerService::ready);

      Given executor = Given.of(given(client.apply(Role.TOOL_EXECUTOR), common));
      Settings settings =
          Settings.read(ExecutorConfig.CATALOGUE.and(BuiltinTools.CATALOGUE), executor);
      BuiltinTools tools = services.keep(BuiltinTools.from(settings));
      ToolExecutorService service =
          new ToolExecutorService(
              ExecutorConfig.from(settings),
              tools.tools(),
              new SimpleMeterRegistry(),
              Tracing.off());
      services.add(service, running -> running::waitingFor);
      service.start();

      AuditSinkService sink =
          services.keep(
              AuditSinkService.start(
                  AuditSinkConfig.from(Given.of(given(client.apply(Role.AUDIT_SINK), common))),
                  new SimpleMeterRegistry()));
      services.ready.addAll(sink.ready());
      return services;
    } catch (RuntimeException | IOException e) {
      services.close();
      throw e;
    }
  }

  /** What they still wait for. */
  List<String> waitingFor() {
    return ready.stream().flatMap(check -> check.waitingFor().stream()).toList();
  }

  /** The settings of a service: those of its clients by Kafka's names, and its own. */
  static Map<String, String> given(Map<String, String> client, Map<String, String> common) {
    Map<String, String> keys = new HashMap<>(common);
    client.forEach((name, value) -> keys.put("kafka." + name, value));
    return keys;
  }

  @Override
  public void close() {
    while (!running.isEmpty()) {
      try {
        running.pop().close();
      } catch (Exception e) {
        throw new IllegalStateException("a service did not stop", e);
      }
    }
  }

  private <T extends AutoCloseable> void add(T service, Function<T, Check> check) {
    keep(service);
    ready.add(check.apply(service));
  }

  private <T extends AutoCloseable> T keep(T resource) {
    running.push(resource);
    return resource;
  }
}
