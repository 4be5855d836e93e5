package dev.weirkeeper.system.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code deploy/kubernetes} against the API's own schemas, as Kubernetes' Java client has them:
 * fields that do not exist, fields that are missing, values of another kind.
 */
final class KubernetesManifestsTest {

  private static final Path FOLDER = Path.of("..", "deploy", "kubernetes");

  /** The classes by name, since they carry annotations that are not on the class path. */
  private static final Map<String, String> MODELS =
      Map.of(
          "v1 ConfigMap", "V1ConfigMap",
          "v1 Service", "V1Service",
          "v1 ServiceAccount", "V1ServiceAccount",
          "apps/v1 Deployment", "V1Deployment",
          "apps/v1 StatefulSet", "V1StatefulSet",
          "batch/v1 Job", "V1Job",
          "policy/v1 PodDisruptionBudget", "V1PodDisruptionBudget");

  private final Map<String, Map<String, Object>> resources = new HashMap<>();

  KubernetesManifestsTest() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      for (Path file : files.filter(KubernetesManifestsTest::manifest).toList()) {
        for (Map<String, Object> resource : Yaml.documents(file)) {
          resources.put(
              kind(resource) + " " + Yaml.map(resource.get("metadata")).get("name"), resource);
        }
      }
    }
  }

  @TestFactory
  Stream<DynamicTest> every_resource_is_what_the_api_takes() {
    return resources.entrySet().stream()
        .map(
            resource ->
                DynamicTest.dynamicTest(resource.getKey(), () -> validate(resource.getValue())));
  }

  @Test
  void a_field_that_does_not_exist_is_found() {
    Map<String, Object> wrong =
        new HashMap<>(resource("apps/v1 Deployment weirkeeper-tool-executor"));
    Map<String, Object> spec = new HashMap<>(Yaml.map(wrong.get("spec")));
    spec.put("replica", 3);
    wrong.put("spec", spec);

    assertThatThrownBy(() -> validate(wrong)).hasMessageContaining("replica");
  }

  @Test
  void the_kustomization_lists_every_file() throws IOException {
    Set<String> files = new TreeSet<>();
    try (Stream<Path> all = Files.list(FOLDER)) {
      all.filter(KubernetesManifestsTest::manifest)
          .forEach(file -> files.add(file.getFileName().toString()));
    }
    Map<String, Object> kustomization =
        Yaml.documents(FOLDER.resolve("kustomization.yaml")).getFirst();

    assertThat(new TreeSet<>(Yaml.list(kustomization.get("resources")))).isEqualTo(files);
  }

  @TestFactory
  Stream<DynamicTest> every_process_accepts_the_environment_it_is_given() {
    return containers()
        .map(
            container ->
                DynamicTest.dynamicTest(
                    String.valueOf(container.get("name")),
                    () ->
                        Processes.accept(
                            Yaml.list(container.get("args")).getFirst().toString(),
                            environment(container))));
  }

  @Test
  void nothing_runs_with_more_rights_than_it_needs() {
    pods()
        .forEach(
            pod -> {
              assertThat(pod.get("automountServiceAccountToken")).isEqualTo(false);
              assertThat(Yaml.map(pod.get("securityContext")))
                  .containsEntry("runAsNonRoot", true)
                  .containsEntry("seccompProfile", Map.of("type", "RuntimeDefault"));
            });
    containers()
        .forEach(
            container -> {
              assertThat(Yaml.map(container.get("securityContext")))
                  .containsEntry("allowPrivilegeEscalation", false)
                  .containsEntry("readOnlyRootFilesystem", true)
                  .containsEntry("capabilities", Map.of("drop", List.of("ALL")));
              assertThat(Yaml.map(container.get("resources"))).containsKeys("requests", "limits");
            });
  }

  @Test
  void every_service_is_probed_and_kept_from_being_drained_at_once() {
    for (String workload :
        List.of(
            "apps/v1 StatefulSet weirkeeper-planner",
            "apps/v1 Deployment weirkeeper-tool-executor",
            "apps/v1 Deployment weirkeeper-audit-sink")) {
      Map<String, Object> spec = Yaml.map(resource(workload).get("spec"));
      Map<String, Object> template = Yaml.map(spec.get("template"));
      Map<String, Object> container =
          Yaml.map(Yaml.list(Yaml.map(template.get("spec")).get("containers")).getFirst());
      assertThat(container).containsKeys("startupProbe", "livenessProbe", "readinessProbe");
      Object labels = Yaml.map(spec.get("selector")).get("matchLabels");
      assertThat(Yaml.map(template.get("metadata")).get("labels"))
          .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.MAP)
          .containsAllEntriesOf(Yaml.map(labels));
      Map<String, Object> budget =
          resource(
              "policy/v1 PodDisruptionBudget " + workload.substring(workload.lastIndexOf(' ') + 1));
      assertThat(Yaml.map(Yaml.map(budget.get("spec")).get("selector")).get("matchLabels"))
          .isEqualTo(labels);
    }
  }

  @Test
  void a_planner_is_known_by_the_name_of_its_pod_and_keeps_its_state() {
    Map<String, Object> spec =
        Yaml.map(resource("apps/v1 StatefulSet weirkeeper-planner").get("spec"));
    Map<String, Object> container =
        Yaml.map(
            Yaml.list(Yaml.map(Yaml.map(spec.get("template")).get("spec")).get("containers"))
                .getFirst());

    assertThat(
            Yaml.list(container.get("env"))
                .contains(
                    Map.of(
                        "name",
                        "WEIRKEEPER_PLANNER_INSTANCE",
                        "valueFrom",
                        Map.of("fieldRef", Map.of("fieldPath", "metadata.name")))))
        .isTrue();
    assertThat(Yaml.list(spec.get("volumeClaimTemplates"))).hasSize(1);
  }

  @Test
  void what_is_scaled_is_there_and_is_scaled_by_a_metric_that_executors_show() throws IOException {
    Map<String, Object> scaling =
        Yaml.map(
            Yaml.documents(FOLDER.resolve("keda/tool-executor-scaling.yaml"))
                .getFirst()
                .get("spec"));
    Map<String, Object> target = Yaml.map(scaling.get("scaleTargetRef"));

    assertThat(resources)
        .containsKey(
            "%s %s %s".formatted(target.get("apiVersion"), target.get("kind"), target.get("name")));
    assertThat(
            Yaml.map(Yaml.map(Yaml.list(scaling.get("triggers")).getFirst()).get("metadata"))
                .get("query"))
        .isEqualTo("max(weirkeeper_executor_lag{pool=\"default\"})");
  }

  private static void validate(Map<String, Object> resource) throws Exception {
    assertThat(MODELS).as("a schema for " + kind(resource)).containsKey(kind(resource));
    Class<?> model =
        Class.forName("io.kubernetes.client.openapi.models." + MODELS.get(kind(resource)));
    try {
      model
          .getMethod("validateJsonElement", JsonElement.class)
          .invoke(null, JsonParser.parseString(JsonMapper.shared().writeValueAsString(resource)));
    } catch (InvocationTargetException e) {
      throw new AssertionError(Objects.requireNonNull(e.getCause()));
    }
  }

  private Map<String, Object> resource(String name) {
    assertThat(resources).containsKey(name);
    return Yaml.map(resources.get(name));
  }

  private Stream<Map<String, Object>> pods() {
    return resources.values().stream()
        .map(resource -> Yaml.map(resource.get("spec")).get("template"))
        .filter(java.util.Objects::nonNull)
        .map(template -> Yaml.map(Yaml.map(template).get("spec")));
  }

  private Stream<Map<String, Object>> containers() {
    return pods().flatMap(pod -> Yaml.list(pod.get("containers")).stream()).map(Yaml::map);
  }

  /** What the container is given, with made-up values for what comes from secrets. */
  private Map<String, String> environment(Map<String, Object> container) {
    Map<String, String> environment = new HashMap<>();
    Yaml.map(resource("v1 ConfigMap weirkeeper-connection").get("data"))
        .forEach((name, value) -> environment.put(name, value.toString()));
    Set<String> seen = new HashSet<>();
    List<String> twice = new ArrayList<>();
    for (Object entry : Yaml.list(container.get("env"))) {
      String name = String.valueOf(Yaml.map(entry).get("name"));
      if (!seen.add(name)) {
        twice.add(name);
      }
      Object value = Yaml.map(entry).get("value");
      environment.put(
          name,
          value != null
              ? value.toString()
              : name.endsWith("_URL") ? "jdbc:postgresql://database:5432/weirkeeper" : "made-up");
    }
    assertThat(twice).isEmpty();
    // The file is there in a cluster only.
    environment.remove("WEIRKEEPER_CONFIG");
    return environment;
  }

  private static String kind(Map<String, Object> resource) {
    return resource.get("apiVersion") + " " + resource.get("kind");
  }

  private static boolean manifest(Path file) {
    return file.toString().endsWith(".yaml") && !file.endsWith("kustomization.yaml");
  }
}
