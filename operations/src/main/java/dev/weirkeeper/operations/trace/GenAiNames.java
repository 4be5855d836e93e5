package dev.weirkeeper.operations.trace;

import static io.opentelemetry.api.common.AttributeKey.doubleKey;
import static io.opentelemetry.api.common.AttributeKey.longKey;
import static io.opentelemetry.api.common.AttributeKey.stringArrayKey;
import static io.opentelemetry.api.common.AttributeKey.stringKey;

import io.opentelemetry.api.common.AttributeKey;
import java.util.List;

/**
 * The names of the OpenTelemetry conventions for generative AI that Weirkeeper writes, pinned to
 * open-telemetry/semantic-conventions-genai v0.1.0. All of them are still marked as in development
 * there, so they may move: this is the only place to follow.
 */
final class GenAiNames {

  /** The release of the conventions these names are of. */
  static final String CONVENTIONS = "semantic-conventions-genai v0.1.0";

  static final String CHAT = "chat";
  static final String EXECUTE_TOOL = "execute_tool";
  static final String INVOKE_AGENT = "invoke_agent";

  static final AttributeKey<String> OPERATION = stringKey("gen_ai.operation.name");
  static final AttributeKey<String> PROVIDER = stringKey("gen_ai.provider.name");
  static final AttributeKey<String> CONVERSATION = stringKey("gen_ai.conversation.id");
  static final AttributeKey<String> AGENT_NAME = stringKey("gen_ai.agent.name");
  static final AttributeKey<String> AGENT_VERSION = stringKey("gen_ai.agent.version");
  static final AttributeKey<String> REQUEST_MODEL = stringKey("gen_ai.request.model");
  static final AttributeKey<Long> MAX_TOKENS = longKey("gen_ai.request.max_tokens");
  static final AttributeKey<String> RESPONSE_MODEL = stringKey("gen_ai.response.model");
  static final AttributeKey<List<String>> FINISH_REASONS =
      stringArrayKey("gen_ai.response.finish_reasons");
  static final AttributeKey<Long> INPUT_TOKENS = longKey("gen_ai.usage.input_tokens");
  static final AttributeKey<Long> OUTPUT_TOKENS = longKey("gen_ai.usage.output_tokens");
  static final AttributeKey<Long> CACHE_READ_TOKENS =
      longKey("gen_ai.usage.cache_read.input_tokens");
  static final AttributeKey<Long> CACHE_WRITE_TOKENS =
      longKey("gen_ai.usage.cache_write.input_tokens");
  static final AttributeKey<Long> REASONING_TOKENS =
      longKey("gen_ai.usage.reasoning.output_tokens");
  static final AttributeKey<String> TOOL_NAME = stringKey("gen_ai.tool.name");
  static final AttributeKey<String> TOOL_TYPE = stringKey("gen_ai.tool.type");
  static final AttributeKey<String> TOOL_CALL_ID = stringKey("gen_ai.tool.call.id");
  static final AttributeKey<Double> TIME_TO_FIRST_CHUNK =
      doubleKey("gen_ai.response.time_to_first_chunk");
  static final AttributeKey<String> ERROR_TYPE = stringKey("error.type");
  static final AttributeKey<String> SERVICE = stringKey("service.name");

  // What the conventions have no name for: money, people, batches. These names are ours.

  static final String AWAIT_APPROVAL = "await_approval";
  static final String INGEST = "audit_ingest";

  static final AttributeKey<Long> COST = longKey("weirkeeper.cost.nano_usd");

  static final AttributeKey<String> TASK = stringKey("weirkeeper.task.id");
  static final AttributeKey<String> TENANT = stringKey("weirkeeper.tenant");
  static final AttributeKey<Long> ATTEMPT = longKey("weirkeeper.attempt");
  static final AttributeKey<String> CALL = stringKey("weirkeeper.model_call.id");
  static final AttributeKey<Long> REQUESTS = longKey("weirkeeper.http.requests");
  static final AttributeKey<String> REQUEST_ID = stringKey("weirkeeper.provider.request_id");
  static final AttributeKey<String> APPROVAL_RULE = stringKey("weirkeeper.approval.rule");
  static final AttributeKey<String> APPROVAL_VERDICT = stringKey("weirkeeper.approval.verdict");
  static final AttributeKey<Long> RECORDS = longKey("weirkeeper.ingest.records");
  static final AttributeKey<Long> BYTES = longKey("weirkeeper.ingest.bytes");
  static final AttributeKey<Long> STEPS = longKey("weirkeeper.steps");
  static final AttributeKey<String> EXECUTOR = stringKey("weirkeeper.executor");

  private GenAiNames() {}
}
