package dev.weirkeeper.audit.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.audit.SinkTest;
import dev.weirkeeper.audit.Surroundings;
import dev.weirkeeper.audit.reconcile.Reconciliation.Cause;
import dev.weirkeeper.audit.reconcile.Reconciliation.Line;
import dev.weirkeeper.schemas.price.PriceBook;
import dev.weirkeeper.wire.LedgerAdjustment;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@SinkTest
final class ReconciliationTest {

  private static final Set<String> ANTHROPIC = Set.of("anthropic_messages");

  private Surroundings around;

  @BeforeEach
  void store_three_calls() {
    around = new Surroundings(1);
    var sink = around.sink();
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> sink.ready().getFirst().waitingFor().isEmpty());
    call("s1/1/m1", "2026-11-20T10:00:00Z", 1_000, 200, 0, 5_000, 300, 5_000_000);
    call("s1/2/m1", "2026-11-20T11:00:00Z", 500, 0, 100, 6_000, 100, 3_000_001);
    call("s2/1/m1", "2026-11-21T10:00:00Z", 70, 0, 0, 0, 7, 210_000);
  }

  @AfterEach
  void leave() {
    around.close();
  }

  private void call(
      String id, String at, long uncached, long w5, long w1, long read, long out, long nano) {
    around.execute(
        """
        INSERT INTO model_call (call_id, session_id, task_id, provider, model, asked_model, outcome,
          uncached_input, cache_write_5m, cache_write_1h, cache_read, output, usage_reported,
          cost_nano_usd, settled_nano_usd, started_at, hour, reply_offset, fallback_price)
        VALUES ('%s', '%s', 't', 'anthropic_messages', 'claude-sonnet-5-5-20260901', 'claude-sonnet-5-5', 'ok',
          %d, %d, %d, %d, %d, true, %d, %d, '%s', date_trunc('hour', timestamptz '%s'), 1, false)
        """
            .formatted(
                id,
                id.substring(0, id.indexOf('/')),
                uncached,
                w5,
                w1,
                read,
                out,
                nano,
                nano,
                at,
                at));
  }

  private void lost(String id, String at) {
    around.execute(
        """
        INSERT INTO model_call (call_id, session_id, task_id, provider, asked_model, input_tokens_bound,
          max_output_tokens, requested_at, hour, call_offset, unsettled_nano_usd)
        VALUES ('%s', 's9', 't', 'anthropic_messages', 'claude-sonnet-5-5', 2000, 500, '%s',
          date_trunc('hour', timestamptz '%s'), 2, 9000000)
        """
            .formatted(id, at, at));
  }

  private List<Line> compare(String... exports) throws SQLException {
    ProviderExport all = new ProviderExport(List.of(), List.of());
    for (String export : exports) {
      all = all.and(ProviderExport.read(export, "export.json"));
    }
    try (Connection connection = around.connection()) {
      return Reconciliation.of(connection, all, ANTHROPIC, PriceBook.shipped());
    }
  }

  private static String usage(long uncached, long w5, long w1, long read, long out) {
    return """
    {"data":[{"starting_at":"2026-11-20T00:00:00Z","ending_at":"2026-11-21T00:00:00Z","results":[
      {"uncached_input_tokens":%d,"cache_creation":{"ephemeral_1h_input_tokens":%d,"ephemeral_5m_input_tokens":%d},
       "cache_read_input_tokens":%d,"output_tokens":%d,"server_tool_use":{"web_search_requests":0},
       "api_key_id":"apikey_01","workspace_id":null,"model":"claude-sonnet-5-5","service_tier":"standard",
       "context_window":"0-200k"}]}],"has_more":false,"next_page":null}
    """
        .formatted(uncached, w1, w5, read, out);
  }

  private static String cost(String cents) {
    return """
    {"data":[{"starting_at":"2026-11-20T00:00:00Z","ending_at":"2026-11-21T00:00:00Z","results":[
      {"currency":"USD","amount":"%s","workspace_id":null,"description":"Claude Sonnet 5.5 Usage",
       "cost_type":"tokens","context_window":"0-200k","model":"claude-sonnet-5-5","service_tier":"standard",
       "token_type":"output_tokens"}]}],"has_more":false,"next_page":null}
    """
        .formatted(cents);
  }

  @Test
  void what_agrees_is_said_to_agree() throws SQLException {
    assertThat(compare(usage(1_500, 200, 100, 11_000, 400), cost("0.8000001")))
        .hasSize(6)
        .allMatch(line -> line.cause() == Cause.NONE);
  }

  @Test
  void a_lost_reply_explains_no_more_than_it_can_have_used() throws SQLException {
    lost("s9/1/m1", "2026-11-20T12:00:00Z");

    assertThat(compare(usage(1_500, 2_200, 100, 11_000, 900)))
        .filteredOn(line -> line.difference() != 0)
        .hasSize(2)
        .allMatch(
            line -> line.cause() == Cause.UNSETTLED && line.calls().equals(List.of("s9/1/m1")));
    assertThat(compare(usage(1_500, 2_201, 100, 11_000, 901)))
        .filteredOn(line -> line.difference() != 0)
        .allMatch(line -> line.cause() == Cause.UNEXPLAINED);
  }

  @Test
  void tokens_of_somebody_else_are_not_explained() throws SQLException {
    assertThat(compare(usage(99_999, 200, 100, 11_000, 400)))
        .filteredOn(line -> line.difference() != 0)
        .singleElement()
        .satisfies(
            line -> {
              assertThat(line.cause()).isEqualTo(Cause.UNEXPLAINED);
              assertThat(line.why()).contains("is the key used by others");
            });
  }

  @Test
  void a_call_near_midnight_may_be_counted_on_the_other_day() throws SQLException {
    call("s3/1/m1", "2026-11-20T23:59:00Z", 40, 0, 0, 0, 4, 1);

    assertThat(compare(usage(1_500, 200, 100, 11_000, 400)))
        .filteredOn(line -> line.difference() != 0)
        .hasSize(2)
        .allMatch(line -> line.cause() == Cause.OTHER_DAY && line.calls().contains("s3/1/m1"));
  }

  @Test
  void another_price_is_told_from_other_tokens_and_shared_out_over_the_calls() throws SQLException {
    List<Line> lines = compare(usage(1_500, 200, 100, 11_000, 400), cost("1"));

    Line line = lines.stream().filter(l -> l.what().equals("cost")).findFirst().orElseThrow();
    assertThat(line.cause()).isEqualTo(Cause.OTHER_PRICE);
    assertThat(line.why()).contains("$2 in, $10 out");
    assertThat(line.difference()).isEqualTo(1_999_999);
    List<LedgerAdjustment> corrections;
    try (Connection connection = around.connection()) {
      corrections = Corrections.of(connection, line, "an auditor", "invoice 7", Instant.EPOCH);
    }
    assertThat(corrections)
        .extracting(LedgerAdjustment::getCallId)
        .containsExactly("s1/1/m1", "s1/2/m1");
    assertThat(corrections.stream().mapToLong(LedgerAdjustment::getAmountNanoUsd).sum())
        .isEqualTo(1_999_999);
    assertThat(corrections).allMatch(c -> c.getReason().equals("invoice 7"));
  }

  @Test
  void a_fallback_price_is_named_as_the_cause() throws SQLException {
    around.execute("UPDATE model_call SET fallback_price = true WHERE call_id = 's1/1/m1'");

    assertThat(compare(usage(1_500, 200, 100, 11_000, 400), cost("1")))
        .filteredOn(line -> line.difference() != 0)
        .singleElement()
        .satisfies(
            line -> {
              assertThat(line.cause()).isEqualTo(Cause.FALLBACK_PRICE);
              assertThat(line.calls()).containsExactly("s1/1/m1");
            });
  }

  @Test
  void OpenAI_counts_cached_input_twice_and_is_read_so() {
    ProviderExport export =
        ProviderExport.read(
            """
            {"object":"page","data":[{"object":"bucket","start_time":1763596800,"end_time":1763683200,"results":[
              {"object":"organization.usage.completions.result","input_tokens":1000,"output_tokens":500,
               "input_cached_tokens":800,"num_model_requests":5,"api_key_id":"key_1","model":"gpt-6-luna"},
              {"object":"organization.costs.result","amount":{"value":0.0625,"currency":"usd"},
               "line_item":"gpt-6-luna, input"}]}],"has_more":false}
            """,
            "openai.json");

    assertThat(export.usage().getFirst().tokens())
        .containsEntry(ProviderExport.TokenClass.UNCACHED_INPUT, 200L)
        .containsEntry(ProviderExport.TokenClass.CACHE_READ, 800L)
        .containsEntry(ProviderExport.TokenClass.OUTPUT, 500L);
    assertThat(export.costs().getFirst())
        .isEqualTo(
            new ProviderExport.Cost(
                java.time.LocalDate.parse("2025-11-20"),
                "gpt-6-luna",
                "gpt-6-luna, input",
                62_500_000));
    assertThat(export.ofKeys(Set.of("another")).usage()).isEmpty();
  }

  @Test
  void an_export_that_is_none_is_refused_with_a_reason() {
    assertThatThrownBy(() -> ProviderExport.read("{", "x.json")).hasMessageContaining("no JSON");
    assertThatThrownBy(() -> ProviderExport.read("{}", "x.json"))
        .hasMessageContaining("no list \"data\"");
    assertThatThrownBy(
            () ->
                ProviderExport.read(
                    "{\"data\":[{\"starting_at\":\"2026-11-01T00:00:00Z\",\"ending_at\":\"2026-12-01T00:00:00Z\",\"results\":[]}]}",
                    "x.json"))
        .hasMessageContaining("buckets of a day");
    assertThatThrownBy(
            () ->
                ProviderExport.read(
                    "{\"data\":[{\"start_time\":0,\"end_time\":86400,\"results\":[{\"a\":1}]}]}",
                    "x.json"))
        .hasMessageContaining("of a kind nobody here knows");
  }
}
