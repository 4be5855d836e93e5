package dev.weirkeeper.planner.provider;

import static dev.weirkeeper.planner.provider.Calls.ANTHROPIC;
import static dev.weirkeeper.planner.provider.Calls.call;
import static dev.weirkeeper.planner.provider.Calls.prompt;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.wire.ModelReply;
import dev.weirkeeper.wire.RequestedCall;
import dev.weirkeeper.wire.StopReason;
import dev.weirkeeper.wire.Usage;
import java.util.ArrayList;
import java.util.List;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ModelClientTest {

  @RegisterExtension final ProviderServer provider = new ProviderServer();

  @Test
  void a_streamed_reply_is_read_priced_and_checked() throws Exception {
    provider.answer(Fixture.stream("anthropic/tool-use.sse"));
    List<String> pieces = new ArrayList<>();

    ModelReply reply =
        provider.client().call(call(ANTHROPIC), prompt(ANTHROPIC), new Cancellation(), pieces::add);

    assertThat(reply.getError()).isNull();
    assertThat(reply.getStopReason()).isEqualTo(StopReason.TOOL_USE);
    assertThat(reply.getText()).isEqualTo("Let me check both.");
    assertThat(String.join("", pieces)).isEqualTo("Let me check both.");
    assertThat(reply.getCalls())
        .extracting(RequestedCall::getTool, RequestedCall::getArguments, RequestedCall::getProblem)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("calculator", "{\"expression\":\"2**32\"}", null),
            org.assertj.core.groups.Tuple.tuple("lookup_user", "{\"user_id\":\"u_001\"}", null));
    assertThat(reply.getUsage()).isEqualTo(new Usage(21L, 1200L, 0L, 300L, 88L, 0L));
    assertThat(reply.getUsageReported()).isTrue();
    assertThat(reply.getCostNanoUsd()).isEqualTo(21 * 2000 + 1200 * 2500 + 300 * 100 + 88 * 10000);
    assertThat(reply.getModel()).isEqualTo("claude-sonnet-5-5-20261001");
    assertThat(reply.getRequestedModel()).isEqualTo("claude-sonnet-5-5");
    assertThat(reply.getFallbackPrice()).isFalse();
    assertThat(reply.getProviderRequestId()).isEqualTo("req_1");
    assertThat(reply.getHttpAttempts()).isEqualTo(1);
    assertThat(reply.getFirstTokenMs()).isNotNull();
    RecordedRequest request = provider.taken();
    assertThat(request.getTarget()).isEqualTo("/v1/messages");
    assertThat(request.getHeaders().get("x-api-key")).isEqualTo(ProviderServer.KEY);
    assertThat(request.getHeaders().get("anthropic-version")).isEqualTo("2023-06-01");
    assertThat(Fixture.body(request)).isEqualTo(Fixture.text("anthropic/request.json"));
  }

  @Test
  void an_overloaded_provider_is_asked_again() throws Exception {
    provider.answer(
        new MockResponse.Builder()
            .code(529)
            .body(
                "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}")
            .build());
    provider.answer(Fixture.stream("anthropic/tool-use.sse"));

    ModelReply reply =
        provider.client().call(call(ANTHROPIC), prompt(ANTHROPIC), new Cancellation(), _ -> {});

    assertThat(reply.getError()).isNull();
    assertThat(reply.getHttpAttempts()).isEqualTo(2);
    assertThat(provider.waits()).hasSize(1);
  }
}
