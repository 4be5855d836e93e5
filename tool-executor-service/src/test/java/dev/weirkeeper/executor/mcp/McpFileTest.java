package dev.weirkeeper.executor.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.weirkeeper.executor.mcp.McpServer.Reach;
import dev.weirkeeper.executor.tool.ToolDeclaration.Effect;
import dev.weirkeeper.executor.tool.ToolJson;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.node.ObjectNode;

class McpFileTest {

  private static List<McpServer> parse(String yaml) {
    return McpFile.parse(yaml, "mcp.yaml", Map.of("TOKEN", "t0ken")::get);
  }

  @Test
  void a_process_and_an_address_are_read_with_what_is_said_of_them() {
    List<McpServer> servers =
        parse(
            """
            servers:
              my-files:
                command: [npx, -y, files, /srv]
                env: {PATH: /bin}
                directory: /tmp
                trusted: true
                tools: [read]
                timeout: 2m
                max_result: 1MiB
                concurrency: 3
                pool: slow
              search:
                url: https://search.example.com/mcp
                headers: {Authorization: "Bearer ${env:TOKEN}"}
                prefix: ""
            """);

    McpServer files = servers.getFirst();
    assertThat(files.reach()).hasToString("npx -y files /srv");
    assertThat(files.prefix()).isEqualTo("my_files_");
    assertThat(files.timeout()).isEqualTo(Duration.ofMinutes(2));
    assertThat(files.maxResultBytes()).isEqualTo(1024 * 1024);
    assertThat(files.concurrency()).hasValue(3);
    assertThat(files.serves("read")).isTrue();
    assertThat(files.serves("write")).isFalse();
    McpServer search = servers.getLast();
    assertThat(search.trusted()).isFalse();
    assertThat(search.prefix()).isEmpty();
    assertThat(search.reach()).isInstanceOf(Reach.Http.class);
    assertThat(((Reach.Http) search.reach()).headers())
        .containsEntry("Authorization", "Bearer t0ken");
    assertThat(search.toString()).doesNotContain("t0ken");
  }

  @Test
  void everything_that_is_wrong_is_told_at_once() {
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(
            () ->
                parse(
                    """
                    servers:
                      Bad_Name: {command: [x]}
                      both: {command: [x], url: "http://h"}
                      odd: {command: [x], retries: 3, timeout: soon, max_result: 1GiB}
                      far: {url: "ftp://h/", env: {A: b}}
                      poor: {url: "http://h/", headers: {A: "${env:NONE}"}}
                    others: 1
                    """))
        .withMessageContaining("servers.Bad_Name: a name must be")
        .withMessageContaining("servers.both: expected either command or url")
        .withMessageContaining("servers.odd.retries: unknown; known are command")
        .withMessageContaining("servers.odd.timeout: expected a time")
        .withMessageContaining("servers.odd.max_result: expected a size")
        .withMessageContaining("servers.far.url: expected an http or https address")
        .withMessageContaining("servers.far.env: does not go with url")
        .withMessageContaining("servers.poor.headers.A: the environment has no NONE")
        .withMessageContaining("others: unknown");
  }

  private static OfferedTool tool(String json) {
    return OfferedTool.of(ToolJson.mapper().readTree(json)).orElseThrow();
  }

  @Test
  void a_lock_comes_back_as_it_was_written_and_one_that_was_edited_is_refused(@TempDir Path folder)
      throws Exception {
    Path servers = folder.resolve("mcp.yaml");
    OfferedTool tool = tool("{\"name\":\"t\",\"description\":\"one\",\"_meta\":{\"x\":1}}");
    McpLock.of(servers).with("s", List.of(tool)).write(servers);

    assertThat(McpLock.of(servers).accepted("s", "t").orElseThrow().hash()).isEqualTo(tool.hash());
    assertThat(McpLock.of(servers).accepted("other")).isEmpty();

    Path lock = McpLock.beside(servers);
    Files.writeString(lock, Files.readString(lock).replace("one", "two"));
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> McpLock.of(servers))
        .withMessageContaining("not the one whose hash stands there");
  }

  @ParameterizedTest
  @CsvSource({
    // hints                                          | trusted: destructive, read-only, idempotent
    "{},                                                true,  false, false",
    "{'readOnlyHint':true},                             false, true,  false",
    "{'destructiveHint':false},                         false, false, false",
    "'{\"destructiveHint\":false,\"idempotentHint\":true}', false, false, true",
  })
  void hints_count_only_if_the_server_is_trusted(
      String hints, boolean destructive, boolean readOnly, boolean idempotent) {
    OfferedTool tool =
        tool("{\"name\":\"t\",\"annotations\":%s}".formatted(hints.replace('\'', '"')));

    assertThat(tool.effect(true)).isEqualTo(new Effect(destructive, readOnly, idempotent));
    assertThat(tool.effect(false)).isEqualTo(new Effect(true, false, false));
  }

  @Test
  void arguments_are_repeated_in_headers_where_a_schema_asks_for_it() {
    ObjectNode schema =
        (ObjectNode)
            ToolJson.mapper()
                .readTree(
                    """
                    {"type":"object","properties":{
                      "region":{"type":"string","x-mcp-header":"Region"},
                      "deep":{"type":"object","properties":{
                        "n":{"type":"integer","x-mcp-header":"N"}}},
                      "none":{"type":"boolean","x-mcp-header":"None"}}}
                    """);
    ObjectNode arguments =
        (ObjectNode) ToolJson.mapper().readTree("{\"region\":\"Zürich\\n\",\"deep\":{\"n\":7}}");

    assertThat(ParamHeaders.problem(schema)).isEmpty();
    assertThat(ParamHeaders.of(schema, arguments))
        .containsExactly(
            Map.entry("Mcp-Param-Region", "=?base64?WsO8cmljaAo=?="),
            Map.entry("Mcp-Param-N", "7"));
    assertThat(ParamHeaders.encoded("us-west1")).isEqualTo("us-west1");
    assertThat(ParamHeaders.encoded("=?base64?literal?="))
        .isEqualTo("=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?=");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'properties':{'a':{'type':'string','x-mcp-header':'b c'}}}",
        "{'properties':{'a':{'type':'number','x-mcp-header':'A'}}}",
        "{'properties':{'a':{'type':'array','items':{'type':'string','x-mcp-header':'A'}}}}",
        "{'properties':{'a':{'type':'string','x-mcp-header':'A'},'b':{'type':'string','x-mcp-header':'a'}}}"
      })
  void headers_that_can_t_be_told_for_sure_make_a_tool_unusable(String schema) {
    assertThat(ParamHeaders.problem(ToolJson.mapper().readTree(schema.replace('\'', '"'))))
        .isPresent();
  }
}
