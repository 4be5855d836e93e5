package dev.weirkeeper.cli.form;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.wire.AgentDefinition;
import dev.weirkeeper.wire.AgentMode;
import dev.weirkeeper.wire.Provider;
import dev.weirkeeper.wire.RuleAction;
import org.junit.jupiter.api.Test;

final class AgentFileTest {

  @Test
  void a_full_definition_reaches_the_record() {
    AgentFile.Contents contents =
        AgentFile.read(
            """
            name: support
            version: "3"
            description: answers customers
            model: {provider: anthropic_messages, model: some-model, base_url: "https://gate/v1"}
            fallback_models:
              - {provider: openai_chat_completions, model: other}
            system_prompt: |
              You answer.
            tools: [lookup_user, search_tickets]
            limits: {max_steps: 12, max_cost_usd: 0.10, max_duration: 5m}
            approval_rules:
              - {id: mail, tool: send_email, action: ask}
              - {id: rest, tool: "*", action: deny, destructive_only: true}
            approver: false
            request_options: {temperature: 0.2}
            alerts: {cost_usd: 1, steps: 40, duration: 1h}
            """);
    assertThat(contents.problems()).isEmpty();
    AgentDefinition agent = contents.agents().getFirst();
    assertThat(agent.getModel().getProvider()).isEqualTo(Provider.ANTHROPIC_MESSAGES);
    assertThat(agent.getModel().getBaseUrl()).isEqualTo("https://gate/v1");
    assertThat(agent.getFallbackModels()).hasSize(1);
    assertThat(agent.getTools()).containsExactly("lookup_user", "search_tickets");
    assertThat(agent.getLimits().getMaxCostNanoUsd()).isEqualTo(100_000_000);
    assertThat(agent.getApprovalRules().get(1).getAction()).isEqualTo(RuleAction.DENY);
    assertThat(agent.getApprover()).isFalse();
    assertThat(agent.getRequestOptions()).isEqualTo("{\"temperature\":0.2}");
    assertThat(agent.getAlerts().getCostNanoUsd()).isEqualTo(1_000_000_000);
    assertThat(agent.getMode()).isEqualTo(AgentMode.LOOP);
  }

  @Test
  void absent_tools_mean_all_and_an_empty_list_means_none() {
    String start = "name: a\nversion: v\nmodel: {provider: anthropic_messages, model: m}\n";
    assertThat(AgentFile.read(start).agents().getFirst().getTools()).isNull();
    assertThat(AgentFile.read(start + "tools: []\n").agents().getFirst().getTools()).isEmpty();
  }

  @Test
  void every_problem_is_reported_with_its_place_and_nothing_is_used() {
    AgentFile.Contents contents =
        AgentFile.read(
            """
            name: fine
            version: "1"
            model: {provider: anthropic_messages, model: m}
            ---
            name: Bad Name
            model: {provider: antropic, model: m}
            mode: pipeline
            approval_rules:
              - {id: r, tool: x, action: perhaps}
            limits: {max_step: 3}
            """);
    assertThat(contents.agents()).isEmpty();
    assertThat(contents.problems())
        .containsExactly(
            "document 2: name: expected 1 to 64 lower-case letters, digits, - and _, beginning with a letter or digit, found \"Bad Name\"",
            "document 2: pipeline: expected one step at least in mode pipeline, found nothing",
            "document 2: model.provider: expected one of anthropic_messages, openai_chat_completions, openai_responses, found \"antropic\"",
            "document 2: version is missing: give it as text",
            "document 2: limits.max_step is not known: perhaps max_steps was meant",
            "document 2: approval_rules[1].action: expected one of allow, ask, deny, found \"perhaps\"");
  }

  @Test
  void a_pipeline_is_read_step_by_step() {
    AgentFile.Contents contents =
        AgentFile.read(
            """
            name: p
            version: "1"
            mode: pipeline
            model: {provider: openai_responses, model: m}
            pipeline:
              - {id: extract, template: "find the id in {{task}}"}
              - {id: look, tool: lookup_user, template: '{"user_id": "{{extract}}"}', continue_on_error: true}
            """);
    assertThat(contents.problems()).isEmpty();
    assertThat(contents.agents().getFirst().getPipeline()).hasSize(2);
    assertThat(contents.agents().getFirst().getPipeline().get(1).getContinueOnError()).isTrue();
  }

  @Test
  void text_that_is_no_yaml_is_reported_with_its_line() {
    AgentFile.Contents contents = AgentFile.read("name: a\nversion: [1\nmodel: x\n");
    assertThat(contents.problems()).hasSize(1).first().asString().startsWith("line ");
  }

  @Test
  void an_empty_file_is_a_problem() {
    assertThat(AgentFile.read("").problems()).containsExactly("the file holds no agent");
  }
}
