package dev.weirkeeper.planner.topology;

import dev.weirkeeper.planner.json.CanonicalJson;
import dev.weirkeeper.wire.AgentDefinition;
import dev.weirkeeper.wire.ApprovalDecision;
import dev.weirkeeper.wire.ApprovalRequest;
import dev.weirkeeper.wire.ModelCall;
import dev.weirkeeper.wire.ModelChoice;
import dev.weirkeeper.wire.ModelReply;
import dev.weirkeeper.wire.Provider;
import dev.weirkeeper.wire.RequestedCall;
import dev.weirkeeper.wire.StopReason;
import dev.weirkeeper.wire.Task;
import dev.weirkeeper.wire.ToolCall;
import dev.weirkeeper.wire.ToolDefinition;
import dev.weirkeeper.wire.ToolResult;
import dev.weirkeeper.wire.Verdict;
import java.util.ArrayList;
import java.util.List;

/** Records for scenarios, with a default for all that a scenario does not care about. */
final class Wire {
  private Wire() {}

  static AgentDefinition.Builder agent(String name, String version) {
    return AgentDefinition.newBuilder()
        .setName(name)
        .setVersion(version)
        .setSystemPrompt("You help.")
        .setModel(new ModelChoice(Provider.ANTHROPIC_MESSAGES, "claude-haiku-4-5", null));
  }

  static ToolDefinition.Builder tool(String name) {
    return ToolDefinition.newBuilder()
        .setName(name)
        .setVersion("1")
        .setDescription("Does " + name + ".")
        .setInputSchema("{\"type\":\"object\"}");
  }

  static Task.Builder task(String session, String id) {
    return Task.newBuilder()
        .setTaskId(id)
        .setSessionId(session)
        .setText("do " + id)
        .setSubmittedAt(DrivenPlanner.START);
  }

  static ModelReply says(ModelCall call, String text) {
    return DrivenPlanner.replyTo(call)
        .setStopReason(StopReason.END_TURN)
        .setText(text)
        .setContent("[{\"type\":\"text\",\"text\":\"%s\"}]".formatted(text))
        .build();
  }

  /** The model asks for tools: {@code search} or {@code search {"q":1}}. */
  static ModelReply asksFor(ModelCall call, String... tools) {
    List<RequestedCall> calls = new ArrayList<>();
    List<String> content = new ArrayList<>();
    for (String tool : tools) {
      int space = tool.indexOf(' ');
      String name = space < 0 ? tool : tool.substring(0, space);
      String arguments = space < 0 ? "{}" : tool.substring(space + 1);
      String id = "toolu_" + call.getTurn() + "_" + calls.size();
      calls.add(
          RequestedCall.newBuilder()
              .setProviderCallId(id)
              .setTool(name)
              .setArguments(arguments)
              .setArgumentsHash(CanonicalJson.sha256(arguments))
              .build());
      content.add(
          "{\"type\":\"tool_use\",\"id\":\"%s\",\"name\":\"%s\",\"input\":%s}"
              .formatted(id, name, arguments));
    }
    return DrivenPlanner.replyTo(call)
        .setStopReason(StopReason.TOOL_USE)
        .setCalls(calls)
        .setContent("[" + String.join(",", content) + "]")
        .build();
  }

  static ToolResult result(ToolCall call, String content) {
    return ToolResult.newBuilder()
        .setCallId(call.getCallId())
        .setSessionId(call.getSessionId())
        .setTaskId(call.getTaskId())
        .setTool(call.getTool())
        .setContent(content)
        .setFullBytes(content.length())
        .setExecutor("executor-1")
        .setStartedAt(DrivenPlanner.START)
        .build();
  }

  static ApprovalDecision.Builder decision(ApprovalRequest request, Verdict verdict) {
    return ApprovalDecision.newBuilder()
        .setDecisionId("decision on " + request.getCallId())
        .setCallId(request.getCallId())
        .setSessionId(request.getSessionId())
        .setArgumentsHash(request.getArgumentsHash())
        .setVerdict(verdict)
        .setDecidedBy("ann")
        .setDecidedAt(DrivenPlanner.START);
  }
}
