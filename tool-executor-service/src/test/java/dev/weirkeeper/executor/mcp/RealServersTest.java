package dev.weirkeeper.executor.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.weirkeeper.executor.tool.ToolCatalogue;
import dev.weirkeeper.executor.tool.ToolFailure;
import dev.weirkeeper.executor.tool.ToolJson;
import dev.weirkeeper.executor.tool.ToolTrial;
import dev.weirkeeper.wire.ToolErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Servers from npm, over both transports and in both protocols. */
class RealServersTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path folder;

  private final List<AutoCloseable> opened = new ArrayList<>();

  /** How a server is reached. */
  enum Transport {
    STDIO,
    HTTP
  }

  @BeforeAll
  static void install() throws Exception {
    NodeServers.install();
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : opened.reversed()) {
      each.close();
    }
  }

  private String everything(Transport transport) {
    if (transport == Transport.STDIO) {
      return "command: [%s, %s, stdio]".formatted(NodeServers.node(), NodeServers.everything());
    }
    NodeServers.Listening server =
        NodeServers.listen(false, NodeServers.node(), NodeServers.everything(), "streamableHttp");
    opened.add(server);
    return "url: http://localhost:%d/mcp".formatted(server.port());
  }

  private String stateless(Transport transport) {
    if (transport == Transport.STDIO) {
      return "command: [%s, %s]".formatted(NodeServers.node(), NodeServers.stateless());
    }
    NodeServers.Listening server =
        NodeServers.listen(true, NodeServers.node(), NodeServers.stateless());
    opened.add(server);
    return "url: http://127.0.0.1:%d/mcp".formatted(server.port());
  }

  private Path file(String reach, String more) throws IOException {
    return Files.writeString(
        folder.resolve("mcp.yaml"), "servers:\n  s:\n    %s\n%s".formatted(reach, more));
  }

  /** Accepts all that the only server of a file offers now. */
  private static Collection<OfferedTool> accept(Path file) throws Exception {
    McpServer server = McpFile.read(file).getFirst();
    List<OfferedTool> tools = McpTools.ask(server, PATIENCE);
    McpLock.of(file).with(server.name(), tools).write(file);
    return tools;
  }

  private McpTools serve(Path file) {
    McpTools tools = McpTools.of(file);
    opened.add(tools);
    return tools;
  }

  private static ToolTrial trial(McpTools tools) {
    return ToolTrial.of(tools.tools().toArray());
  }

  @ParameterizedTest
  @EnumSource
  void a_server_of_the_protocol_with_sessions_is_served(Transport transport) throws Exception {
    Path file = file(everything(transport), "    trusted: true\n");
    assertThat(accept(file)).extracting(OfferedTool::name).contains("echo", "get-sum");
    McpTools tools = serve(file);

    ToolCatalogue.Entry echo = ToolCatalogue.of(tools.tools()).find("s_echo").orElseThrow();
    assertThat(echo.declaration().source()).isEqualTo("mcp:s");
    assertThat(echo.declaration().effect().readOnly()).isTrue();
    assertThat(trial(tools).call("s_echo", "{\"message\":\"Grüße\"}")).contains("Grüße");
    assertThat(trial(tools).call("s_get-sum", "{\"a\":2,\"b\":40}")).contains("42");
    assertThat(trial(tools).call("s_get-structured-content", "{\"location\":\"Chicago\"}"))
        .startsWith("{")
        .contains("temperature");
    assertThat(trial(tools).call("s_get-tiny-image", "{}"))
        .contains("[image image/png, ")
        .contains("not shown");
  }

  @ParameterizedTest
  @EnumSource
  void a_server_of_the_stateless_protocol_is_served(Transport transport) throws Exception {
    Path file = file(stateless(transport), "    trusted: true\n");
    accept(file);
    ToolTrial trial = trial(serve(file));

    assertThat(trial.call("s_greet", "{\"name\":\"Ann\"}")).isEqualTo("Hello Ann");
    assertThatExceptionOfType(ToolFailure.class)
        .isThrownBy(() -> trial.call("s_fail", "{}"))
        .satisfies(
            failure -> {
              assertThat(failure.message()).isEqualTo("no such thing");
              assertThat(failure.retryable()).isFalse();
            });
    try (McpClient client = McpClient.connect(McpFile.read(file).getFirst(), PATIENCE, () -> {})) {
      assertThat(client.version()).isEqualTo(McpClient.STATELESS);
    }
  }

  @Test
  void hints_of_a_server_that_is_not_trusted_make_nothing_safe() throws Exception {
    Path file = file(everything(Transport.STDIO), "");
    accept(file);

    assertThat(ToolCatalogue.of(serve(file).tools()).entries())
        .isNotEmpty()
        .allSatisfy(
            entry -> {
              assertThat(entry.declaration().effect().destructive()).isTrue();
              assertThat(entry.declaration().effect().repeatable()).isFalse();
            });
  }

  @Test
  void a_process_gets_the_environment_of_the_file_and_no_other() throws Exception {
    Path file = file(everything(Transport.STDIO), "    env: {ONLY: this}\n");
    accept(file);

    String shown = trial(serve(file)).call("s_get-env", "{}");

    assertThat(ToolJson.mapper().readTree(shown).toString()).isEqualTo("{\"ONLY\":\"this\"}");
  }

  @Test
  void a_folder_is_served_and_nothing_beside_it() throws Exception {
    Path served = Files.createDirectory(folder.resolve("served")).toRealPath();
    Files.writeString(served.resolve("note.txt"), "inside");
    Files.writeString(folder.resolve("secret.txt"), "outside");
    Path file =
        file(
            "command: [%s, %s, %s]".formatted(NodeServers.node(), NodeServers.filesystem(), served),
            "    trusted: true\n    tools: [read_text_file, write_file]\n");
    accept(file);
    McpTools tools = serve(file);
    ToolTrial trial = trial(tools);

    assertThat(ToolCatalogue.of(tools.tools()).names())
        .containsExactly("s_read_text_file", "s_write_file");
    assertThat(
            ToolCatalogue.of(tools.tools())
                .find("s_write_file")
                .orElseThrow()
                .declaration()
                .effect()
                .destructive())
        .isTrue();
    assertThat(trial.call("s_read_text_file", path(served.resolve("note.txt")))).contains("inside");
    assertThatExceptionOfType(ToolFailure.class)
        .isThrownBy(() -> trial.call("s_read_text_file", path(folder.resolve("secret.txt"))))
        .satisfies(failure -> assertThat(failure.message()).contains("Access denied"));
    trial.call(
        "s_write_file",
        "{\"path\":\"%s\",\"content\":\"new\"}".formatted(served.resolve("new.txt")));
    assertThat(served.resolve("new.txt")).hasContent("new");
  }

  private static String path(Path path) {
    return "{\"path\":\"" + path + "\"}";
  }

  @Test
  void a_definition_that_changed_after_it_was_accepted_is_not_run() throws Exception {
    Path file = file(everything(Transport.STDIO), "");
    List<OfferedTool> accepted = new ArrayList<>(accept(file));
    OfferedTool echo =
        accepted.stream().filter(tool -> tool.name().equals("echo")).findFirst().orElseThrow();
    var older = echo.definition().deepCopy().put("description", "What it said before");
    accepted.replaceAll(tool -> tool.equals(echo) ? new OfferedTool("echo", older) : tool);
    accepted.add(
        new OfferedTool("gone", ToolJson.object().put("name", "gone").put("description", "x")));
    McpLock.of(file).with("s", accepted).write(file);
    ToolTrial trial = trial(serve(file));

    assertThatExceptionOfType(ToolFailure.class)
        .isThrownBy(() -> trial.call("s_echo", "{\"message\":\"hi\"}"))
        .satisfies(failure -> assertThat(failure.message()).contains("has changed its definition"));
    assertThatExceptionOfType(ToolFailure.class)
        .isThrownBy(() -> trial.call("s_gone", "{}"))
        .satisfies(failure -> assertThat(failure.message()).contains("has no tool gone any more"));
    assertThat(trial.call("s_get-sum", "{\"a\":1,\"b\":1}")).contains("2");
  }

  @Test
  void nothing_is_served_that_nobody_accepted() throws Exception {
    assertThat(serve(file(everything(Transport.STDIO), "")).tools()).isEmpty();
  }

  @Test
  void a_server_that_died_is_started_again() throws Exception {
    Path file = file(everything(Transport.STDIO), "");
    accept(file);
    ToolTrial trial = trial(serve(file));
    trial.call("s_echo", "{\"message\":\"one\"}");

    ProcessHandle.current().children().forEach(ProcessHandle::destroyForcibly);

    Awaitility.await()
        .atMost(PATIENCE)
        .ignoreExceptionsInstanceOf(ToolFailure.class) // it may be seen to die by the call itself
        .untilAsserted(
            () -> assertThat(trial.call("s_echo", "{\"message\":\"two\"}")).contains("two"));
  }

  @ParameterizedTest
  @EnumSource
  void a_call_that_is_interrupted_leaves_the_server_usable(Transport transport) throws Exception {
    Path file = file(stateless(transport), "");
    accept(file);
    ToolTrial trial = trial(serve(file));
    trial.call("s_greet", "{\"name\":\"Ann\"}");
    AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();

    Thread calling =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    trial.call("s_slow", "{}");
                  } catch (Throwable e) {
                    thrown.set(e);
                  }
                });
    Thread.sleep(500); // it is under way, or on its way: either must do
    calling.interrupt();
    calling.join(PATIENCE);

    assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
    assertThat(trial.call("s_greet", "{\"name\":\"Bob\"}")).isEqualTo("Hello Bob");
  }

  @Test
  void wrong_arguments_are_told_as_such() throws Exception {
    Path file = file(everything(Transport.STDIO), "");
    accept(file);
    ToolTrial trial = trial(serve(file));

    assertThatExceptionOfType(ToolFailure.class)
        .isThrownBy(() -> trial.call("s_get-sum", "{\"a\":\"two\"}"))
        .satisfies(
            failure -> assertThat(failure.code()).isEqualTo(ToolErrorCode.INVALID_ARGUMENTS));
  }
}
