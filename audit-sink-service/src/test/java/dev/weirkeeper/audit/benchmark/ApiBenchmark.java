package dev.weirkeeper.audit.benchmark;

import dev.weirkeeper.audit.access.Role;
import dev.weirkeeper.audit.access.Tenants;
import dev.weirkeeper.audit.access.Token;
import dev.weirkeeper.audit.http.ConsoleConfig;
import dev.weirkeeper.audit.http.ConsoleServer;
import dev.weirkeeper.audit.store.Database;
import dev.weirkeeper.audit.store.PostgresConfig;
import dev.weirkeeper.local.postgres.LocalPostgres;
import dev.weirkeeper.operations.config.Connection;
import dev.weirkeeper.operations.config.Given;
import dev.weirkeeper.operations.config.Settings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * How long answers of the API take over a store of 100,000 sessions and 1,000,000 model calls, from
 * request to the last byte. The rows are made in the store itself; server and PostgreSQL share the
 * machine. The figures go to {@code target/api-benchmark.txt}.
 *
 * <pre>
 * mvn -pl audit-sink-service -am test -Dtest=ApiBenchmark -Dbenchmark=true -Dsurefire.failIfNoSpecifiedTests=false
 * </pre>
 */
final class ApiBenchmark {

  private static final int RUNS = 40;
  private static final int WARM = 15;

  private static final String ROWS =
      """
      INSERT INTO topic (name, kafka_id) VALUES ('agent.events', 'k');
      INSERT INTO session (session_id, tenant, agent, agent_version, first_at, last_at, last_sequence,
                           who_sequence, state, task_id, result_offset, last_status, reserved_nano_usd,
                           settled_nano_usd, released_nano_usd)
      SELECT 's' || n, 'tenant-' || n % 20, 'agent-' || n % 7, '1', now() - n * interval '20 seconds',
             now() - n * interval '20 seconds' + interval '9 seconds', 21, 21, 'Idle', 't1', n,
             CASE WHEN n % 50 = 0 THEN 'failed' ELSE 'complete' END, 20000000, 15000000, 5000000
      FROM generate_series(1, 100000) n;
      INSERT INTO task (session_id, task_id, asked_tenant, asked_agent, text, metadata, asked_at, task_topic_id,
                        task_partition, task_offset, tenant, agent, first_sequence, last_sequence, state,
                        steps, tokens, settled_nano_usd, results, status, result_steps, model_calls)
      SELECT 's' || n, 't1', 'tenant-' || n % 20, 'agent-' || n % 7,
             'look into case ' || n || ' of customer ' || n % 9973, '{}', now() - n * interval '20 seconds', 1,
             0, n, 'tenant-' || n % 20, 'agent-' || n % 7, 1, 21, 'Idle', 20, 9000, 15000000, 1, 'complete', 20, 10
      FROM generate_series(1, 100000) n;
      INSERT INTO model_call (call_id, session_id, task_id, turn, attempt, provider, asked_model, requested_at,
                              call_topic_id, call_partition, call_offset, model, outcome, uncached_input,
                              cache_write_5m, cache_write_1h, cache_read, output, reasoning_output,
                              started_at, duration_ms, tools, reply_topic_id, reply_partition, reply_offset,
                              hour, tenant, agent, agent_version, ledger_model, price_book,
                              reserved_nano_usd, settled_nano_usd, released_nano_usd)
      SELECT 's' || n || '/' || t || '/m1', 's' || n, 't1', t, 1, 'anthropic_messages', 'model-' || n % 5, at, 1, 0,
             n * 10 + t, 'model-' || n % 5, 'ok', 300, 0, 0, 1500, 120, 0, at + interval '10 milliseconds', 800,
             ARRAY['lookup_user'], 1, 0, n * 10 + t, date_trunc('hour', at), 'tenant-' || n % 20, 'agent-' || n % 7,
             '1', 'model-' || n % 5, '2026-11-01', 2000000, 1500000, 500000
      FROM (SELECT n, t, now() - n * interval '20 seconds' + t * interval '1 second' AS at
            FROM generate_series(1, 100000) n, generate_series(1, 10) t) x;
      INSERT INTO cost_hour
      SELECT hour, tenant, agent, agent_version, ledger_model, price_book, count(*), 0, sum(uncached_input), 0, 0,
             sum(cache_read), sum(output), 0, sum(reserved_nano_usd), sum(settled_nano_usd), sum(released_nano_usd), 0, 0
      FROM model_call GROUP BY 1, 2, 3, 4, 5, 6;
      INSERT INTO session (session_id, tenant, agent, agent_version, first_at, last_at, last_sequence, who_sequence,
                           state, task_id) VALUES ('long', 'tenant-1', 'agent-1', '1', now(), now(), 1001, 1001, 'Idle', 't1');
      INSERT INTO task (session_id, task_id, asked_tenant, text, asked_at, tenant, first_sequence)
      VALUES ('long', 't1', 'tenant-1', 'a long piece of work', now(), 'tenant-1', 1);
      INSERT INTO model_call (call_id, session_id, task_id, turn, attempt, requested_at, call_topic_id,
                              call_partition, call_offset, model, outcome, uncached_input, cache_write_5m,
                              cache_write_1h, cache_read, output, reasoning_output, started_at, duration_ms,
                              tools, reply_topic_id, reply_partition, reply_offset, settled_nano_usd)
      SELECT 'long/' || t || '/m1', 'long', 't1', t, 1, now() + t * interval '2 seconds', 1, 0, t, 'model-1', 'ok', 300,
             0, 0, 1500, 120, 0, now() + t * interval '2 seconds', 900, ARRAY['lookup_user'], 1, 0, t, 1500000
      FROM generate_series(1, 500) t;
      INSERT INTO tool_call (call_id, session_id, task_id, turn, index, tool, asked_arguments, asked_at, ask_topic_id,
                             ask_partition, ask_offset, attempt, arguments, tenant, requested_at, call_topic_id,
                             call_partition, call_offset, outcome, preview, tries, delivery_count, executor,
                             started_at, duration_ms, result_topic_id, result_partition, result_offset)
      SELECT 'long/' || t || '/0', 'long', 't1', t, 0, 'lookup_user', '{"id":"u_' || t || '"}',
             now() + t * interval '2 seconds', 1, 0, t, 1, '{"id":"u_' || t || '"}', 'tenant-1',
             now() + t * interval '2 seconds' + interval '1 second', 1, 0, t, 'ok', repeat('result text ', 40), 1, 1,
             'executor-1', now() + t * interval '2 seconds' + interval '1 second', 80, 1, 0, t
      FROM generate_series(1, 500) t;
      ANALYZE;
      """;

  @Test
  @EnabledIfSystemProperty(named = "benchmark", matches = "true")
  void measures(@TempDir Path home) throws IOException, InterruptedException, SQLException {
    Token.Issued all = Token.issue("all", Set.of(Role.ADMIN), Tenants.ALL, Optional.empty());
    Token.Issued one =
        Token.issue(
            "one",
            Set.of(Role.VIEWER),
            Tenants.of(java.util.List.of("tenant-3")),
            Optional.empty());
    try (LocalPostgres postgres = LocalPostgres.start(home.resolve("postgres"), 0)) {
      Settings settings =
          Settings.read(
              ConsoleConfig.CATALOGUE.and(PostgresConfig.CATALOGUE).and(Connection.CATALOGUE),
              Given.of(
                  Map.of(
                      "kafka.bootstrap.servers", "127.0.0.1:1",
                      "schema.registry.url", "mock://benchmark",
                      "audit.postgres.url", postgres.jdbcUrl(),
                      "console.port", "0",
                      "console.tokens", all.token().line() + ";" + one.token().line())));
      PostgresConfig store = PostgresConfig.from(settings);
      try (Database database = Database.open(store)) {
        database.migrate();
      }
      // Not out of the pool, which gives up what takes minutes.
      try (java.sql.Connection connection = DriverManager.getConnection(postgres.jdbcUrl());
          Statement statement = connection.createStatement()) {
        statement.execute("SET search_path TO " + store.schema());
        statement.execute(ROWS);
      }
      try (ConsoleServer server =
          ConsoleServer.start(
              ConsoleConfig.from(settings),
              store,
              Connection.from(settings),
              new SimpleMeterRegistry(),
              InstantSource.system())) {
        Map<String, String> figures = new LinkedHashMap<>();
        Map<String, String> questions = new LinkedHashMap<>();
        questions.put("a session of 1,000 steps", "/api/v1/sessions/long/timeline");
        questions.put(
            "cost by model and day over 1,000,000 calls",
            "/api/v1/ledger?group_by=model&bucket=day");
        questions.put(
            "cost by tenant, agent and hour", "/api/v1/ledger?group_by=tenant,agent&bucket=hour");
        questions.put(
            "cost by session over all time", "/api/v1/ledger?group_by=session_id&limit=100");
        questions.put("the first page of 100,000 sessions", "/api/v1/sessions");
        questions.put("sessions that failed", "/api/v1/sessions?status=failed");
        questions.put("sessions of an agent", "/api/v1/sessions?agent=agent-3");
        questions.put("sessions whose task has two rare words", "/api/v1/sessions?q=case%2077777");
        questions.put(
            "sessions whose task has common words", "/api/v1/sessions?q=look%20into%20case");
        questions.put("the overview", "/api/v1/overview");
        try (HttpClient http = HttpClient.newHttpClient()) {
          for (Map.Entry<String, String> question : questions.entrySet()) {
            figures.put(
                question.getKey(), time(http, server.url() + question.getValue(), all.secret()));
          }
          figures.put(
              "the first page for one tenant",
              time(http, server.url() + "/api/v1/sessions", one.secret()));
          String next =
              tools.jackson.databind.json.JsonMapper.shared()
                  .readTree(body(http, server.url() + "/api/v1/sessions?limit=500", all.secret()))
                  .path("next")
                  .asString("");
          figures.put(
              "a page further on",
              time(http, server.url() + "/api/v1/sessions?cursor=" + next, all.secret()));
        }
        StringBuilder text = new StringBuilder();
        figures.forEach((what, took) -> text.append("%-46s %s%n".formatted(what, took)));
        Files.writeString(Path.of("target", "api-benchmark.txt"), text);
        System.out.println(text);
      }
    }
  }

  private static String time(HttpClient http, String url, String token)
      throws IOException, InterruptedException {
    long bytes = 0;
    long[] nanos = new long[RUNS];
    for (int i = -WARM; i < RUNS; i++) {
      long from = System.nanoTime();
      bytes = body(http, url, token).length();
      if (i >= 0) {
        nanos[i] = System.nanoTime() - from;
      }
    }
    Arrays.sort(nanos);
    return "median %,.1f ms, 95 of 100 under %,.1f ms, %,d characters"
        .formatted(nanos[RUNS / 2] / 1e6, nanos[RUNS * 95 / 100] / 1e6, bytes);
  }

  private static String body(HttpClient http, String url, String token)
      throws IOException, InterruptedException {
    HttpResponse<String> response =
        http.send(
            HttpRequest.newBuilder(URI.create(url))
                .header("Authorization", "Bearer " + token)
                .build(),
            HttpResponse.BodyHandlers.ofString());
    if (response.statusCode() != 200) {
      throw new IllegalStateException(url + ": " + response.body());
    }
    return response.body();
  }
}
