package dev.weirkeeper.cli.stack;

import dev.weirkeeper.cli.cluster.Cluster;
import dev.weirkeeper.cli.cluster.Definitions;
import dev.weirkeeper.cli.cluster.TopicScan;
import dev.weirkeeper.cli.form.AgentFile;
import dev.weirkeeper.cli.form.TaskRequest;
import dev.weirkeeper.local.rehearsal.RehearsalModel;
import dev.weirkeeper.wire.AgentDefinition;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/** The agent that tasks without one go to, where nobody has applied one of their own. */
public final class DefaultAgent {

  private static final String SHIPPED = "shipped-";
  private static final String OPENAI_MODEL = "gpt-5.4-mini";

  private DefaultAgent() {}

  /**
   * Publishes it, unless somebody has applied a default agent of their own or it is there.
   *
   * @return true if it was published
   */
  public static boolean publish(Cluster cluster, ModelAccess access) throws InterruptedException {
    AgentDefinition wanted = definition(access);
    AgentDefinition present =
        new TopicScan(cluster)
            .newest(cluster.topics().definitions())
            .get(TaskRequest.DEFAULT_AGENT);
    boolean due =
        present == null || (present.getVersion().startsWith(SHIPPED) && !present.equals(wanted));
    if (due) {
      Definitions.publish(cluster, List.of(wanted));
    }
    return due;
  }

  static AgentDefinition definition(ModelAccess access) {
    String text =
        template()
            .replace("${access}", access.name().toLowerCase(Locale.ROOT))
            .replace(
                "${provider}",
                access == ModelAccess.OPENAI ? "openai_responses" : "anthropic_messages")
            .replace(
                "${model}", access == ModelAccess.OPENAI ? OPENAI_MODEL : RehearsalModel.MODEL);
    AgentFile.Contents contents = AgentFile.read(text);
    if (!contents.problems().isEmpty()) {
      throw new IllegalStateException("the shipped agent is wrong: " + contents.problems());
    }
    return contents.agents().getFirst();
  }

  private static String template() {
    try (InputStream file = DefaultAgent.class.getResourceAsStream("default-agent.yaml")) {
      if (file == null) {
        throw new IllegalStateException(
            "default-agent.yaml is missing beside " + DefaultAgent.class);
      }
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
