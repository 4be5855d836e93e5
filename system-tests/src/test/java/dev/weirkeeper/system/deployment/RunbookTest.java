package dev.weirkeeper.system.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.audit.ingest.IngestMetrics;
import dev.weirkeeper.executor.worker.ExecutorMetrics;
import dev.weirkeeper.operations.metric.Measure;
import dev.weirkeeper.operations.metric.Measures;
import dev.weirkeeper.planner.topology.PlannerMetrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * docs/runbook.md, the alerts and the dashboard speak of metrics that exist, and of the same
 * alerts. {@code -Ddocs.write=true} writes the page's tables of metrics:
 *
 * <pre>
 * mvn -pl system-tests -am test -Dtest=RunbookTest -Dsurefire.failIfNoSpecifiedTests=false -Ddocs.write=true
 * </pre>
 */
final class RunbookTest {

  private static final Path ROOT = Path.of("..");
  private static final Path PAGE = ROOT.resolve("docs/runbook.md");
  private static final Path ALERTS = ROOT.resolve("docker/prometheus/alerts.yml");

  private static final Map<String, Measures> METRICS =
      Map.of(
          "planner", PlannerMetrics.ALL,
          "tool-executor", ExecutorMetrics.ALL,
          "audit-sink", IngestMetrics.ALL);

  private static final Pattern NAME = Pattern.compile("weirkeeper_[a-z_]*[a-z]");
  private static final Pattern ALERT_ROW =
      Pattern.compile("^\\| `([A-Z][A-Za-z]+)` \\|", Pattern.MULTILINE);

  @Test
  void the_page_has_every_metric_of_every_service() throws IOException {
    GeneratedTables.check(
        PAGE,
        "metrics",
        METRICS.keySet(),
        service -> Objects.requireNonNull(METRICS.get(service)).markdown());
  }

  @Test
  void every_alert_has_its_row_in_the_page_and_no_row_is_without_an_alert() throws IOException {
    Set<String> explained =
        ALERT_ROW
            .matcher(Files.readString(PAGE))
            .results()
            .map(row -> row.group(1))
            .collect(Collectors.toSet());

    assertThat(alerts().map(alert -> String.valueOf(alert.get("alert"))))
        .hasSizeGreaterThan(8)
        .containsExactlyInAnyOrderElementsOf(explained);
  }

  @Test
  void every_alert_says_how_soon_it_is_wanted_and_what_it_saw() throws IOException {
    assertThat(alerts())
        .allSatisfy(
            alert -> {
              assertThat(Yaml.map(alert.get("labels")).get("severity")).isIn("page", "ticket");
              assertThat(Yaml.map(alert.get("annotations"))).containsOnlyKeys("summary");
            });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "docs/runbook.md",
        "docker/prometheus/alerts.yml",
        "docker/grafana/dashboards/weirkeeper.json"
      })
  void only_metrics_that_exist_are_spoken_of(String file) throws IOException {
    Set<String> known =
        METRICS.values().stream()
            .map(Measures::all)
            .flatMap(Collection::stream)
            .map(Measure::prometheusName)
            .collect(Collectors.toSet());

    List<String> names =
        NAME.matcher(Files.readString(ROOT.resolve(file)))
            .results()
            .map(name -> name.group().replaceFirst("_seconds_(bucket|count|sum|max)$", "_seconds"))
            .distinct()
            .toList();

    assertThat(names).hasSizeGreaterThan(5).allSatisfy(name -> assertThat(known).contains(name));
  }

  @Test
  void prometheus_reads_the_alerts() throws IOException {
    Map<String, Object> settings =
        Yaml.documents(ROOT.resolve("docker/prometheus/prometheus.yml")).getFirst();

    assertThat(settings.get("rule_files")).isEqualTo(List.of(String.valueOf(ALERTS.getFileName())));
  }

  private static Stream<Map<String, Object>> alerts() throws IOException {
    return Yaml.list(Yaml.documents(ALERTS).getFirst().get("groups")).stream()
        .flatMap(group -> Yaml.list(Yaml.map(group).get("rules")).stream())
        .map(Yaml::map);
  }
}
