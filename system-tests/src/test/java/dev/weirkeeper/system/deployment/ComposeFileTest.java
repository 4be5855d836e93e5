package dev.weirkeeper.system.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * {@code docker-compose.yml} as far as it can be judged without an engine. {@code
 * docker/compose-test.sh} runs it with one.
 */
final class ComposeFileTest {

  private static final Pattern VARIABLE =
      Pattern.compile("\\$\\{([A-Z_]+)(?::-([^}]*)|:\\?[^}]*)?}");

  private final Map<String, Object> services;

  ComposeFileTest() throws IOException {
    this.services =
        Yaml.map(Yaml.documents(Path.of("..", "docker-compose.yml")).getFirst().get("services"));
  }

  @TestFactory
  Stream<DynamicTest> every_process_accepts_the_environment_it_is_given() {
    return services.entrySet().stream()
        .filter(service -> ours(service.getValue()))
        .filter(service -> Yaml.map(service.getValue()).containsKey("environment"))
        .map(
            service ->
                DynamicTest.dynamicTest(
                    service.getKey(),
                    () ->
                        Processes.accept(
                            mainClass(service.getValue()), environment(service.getValue()))));
  }

  @Test
  void nothing_runs_with_more_rights_than_it_needs() {
    services.forEach(
        (name, service) -> {
          Map<String, Object> it = Yaml.map(service);
          assertThat(it.get("cap_drop")).as(name).isEqualTo(List.of("ALL"));
          assertThat(it.get("security_opt")).as(name).isEqualTo(List.of("no-new-privileges:true"));
          assertThat(it).as(name).doesNotContainKeys("privileged", "cap_add", "network_mode");
          if (ours(service) || name.equals("postgres")) {
            assertThat(it.get("read_only")).as(name).isEqualTo(true);
          }
        });
  }

  @Test
  void ports_are_on_the_loopback_address_and_what_is_scaled_has_none() {
    services.forEach(
        (name, service) -> {
          Map<String, Object> it = Yaml.map(service);
          assertThat(it).as(name).doesNotContainKey("container_name");
          assertThat(Yaml.list(it.get("ports")))
              .as(name)
              .allSatisfy(port -> assertThat(port.toString()).startsWith("127.0.0.1:"));
        });
    assertThat(Yaml.map(services.get("tool-executor"))).doesNotContainKey("ports");
  }

  @Test
  void services_wait_for_what_they_need_to_be_ready() {
    for (String name : List.of("planner", "tool-executor", "audit-sink")) {
      Map<String, Object> needs = Yaml.map(Yaml.map(services.get(name)).get("depends_on"));
      assertThat(Yaml.map(needs.get("bootstrap")).get("condition"))
          .as(name)
          .isEqualTo("service_completed_successfully");
      assertThat(Yaml.map(services.get(name))).as(name).containsKey("healthcheck");
    }
    Map<String, Object> bootstrap = Yaml.map(Yaml.map(services.get("bootstrap")).get("depends_on"));
    assertThat(bootstrap.values())
        .allSatisfy(
            need -> assertThat(Yaml.map(need).get("condition")).isEqualTo("service_healthy"));
  }

  private static boolean ours(Object service) {
    return String.valueOf(Yaml.map(service).get("image")).contains("weirkeeper:local");
  }

  private static String mainClass(Object service) {
    Map<String, Object> it = Yaml.map(service);
    return Stream.concat(
            Yaml.list(it.get("entrypoint")).stream(), Yaml.list(it.get("command")).stream())
        .map(String::valueOf)
        .filter(word -> word.startsWith("dev.weirkeeper."))
        .findFirst()
        .orElseThrow();
  }

  private static Map<String, String> environment(Object service) {
    Map<String, String> environment = new HashMap<>();
    Yaml.map(Yaml.map(service).get("environment"))
        .forEach((name, value) -> environment.put(name, interpolated(String.valueOf(value))));
    // The file is there in a running system only.
    if (environment.remove("WEIRKEEPER_CONSOLE_TOKENS_FILE") != null) {
      environment.put("WEIRKEEPER_CONSOLE_TOKENS", "a token");
    }
    return environment;
  }

  /** As compose fills variables in where {@code .env} sets nothing but the password. */
  private static String interpolated(String text) {
    Matcher matcher = VARIABLE.matcher(text);
    return matcher.replaceAll(
        (MatchResult found) ->
            Matcher.quoteReplacement(
                found.group(1).equals("POSTGRES_PASSWORD")
                    ? "a-password"
                    : Objects.requireNonNullElse(found.group(2), "")));
  }
}
