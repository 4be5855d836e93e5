package dev.weirkeeper.cli.form;

import dev.weirkeeper.wire.Limits;
import dev.weirkeeper.wire.Task;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * A task somebody wants done, before it has ids.
 *
 * @param text what to do
 * @param id its id; absent: a new one, so that sending it twice is two tasks
 * @param session the session it belongs to; absent: a new one
 * @param agent the agent to use
 * @param agentVersion a version of the agent; absent: the newest
 * @param limits overrides of the agent's limits; absent: none
 * @param tenant who is charged
 * @param subject the person the content is about; absent: none named
 * @param metadata carried into the result
 */
public record TaskRequest(
    String text,
    Optional<String> id,
    Optional<String> session,
    String agent,
    Optional<String> agentVersion,
    Optional<Limits> limits,
    String tenant,
    Optional<String> subject,
    Map<String, String> metadata) {

  /** The agent used where none is named. */
  public static final String DEFAULT_AGENT = "default";

  /** The tenant charged where none is named. */
  public static final String DEFAULT_TENANT = "default";

  public TaskRequest {
    metadata = Map.copyOf(metadata);
  }

  /** A task for the default agent in a new session. */
  public static TaskRequest of(String text) {
    return new TaskRequest(
        text,
        Optional.empty(),
        Optional.empty(),
        DEFAULT_AGENT,
        Optional.empty(),
        Optional.empty(),
        DEFAULT_TENANT,
        Optional.empty(),
        Map.of());
  }

  /** The record to produce. Random ids are chosen here, once, where none were given. */
  public Task toTask(Instant now) {
    return Task.newBuilder()
        .setTaskId(id.orElseGet(() -> "t-" + fresh()))
        .setSessionId(session.orElseGet(() -> "s-" + fresh()))
        .setText(text)
        .setAgent(agent)
        .setAgentVersion(agentVersion.orElse(null))
        .setLimits(limits.orElse(null))
        .setTenant(tenant)
        .setSubject(subject.orElse(null))
        .setMetadata(metadata)
        .setSubmittedAt(now)
        .build();
  }

  private static String fresh() {
    return UUID.randomUUID().toString().replace("-", "").substring(0, 12);
  }
}
