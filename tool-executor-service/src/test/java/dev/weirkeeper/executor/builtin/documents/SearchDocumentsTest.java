package dev.weirkeeper.executor.builtin.documents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.weirkeeper.executor.tool.ToolFailure;
import dev.weirkeeper.executor.tool.ToolJson;
import dev.weirkeeper.executor.tool.ToolTrial;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.font.PDType1Font;
import org.apache.pdfbox.pdmodel.font.Standard14Fonts.FontName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class SearchDocumentsTest {
  @TempDir Path root;

  @SuppressWarnings("NullAway.Init")
  private SearchDocuments tool;

  @BeforeEach
  void fill() throws IOException {
    Files.createDirectories(root.resolve("policies/hr"));
    Files.writeString(
        root.resolve("policies/hr/leave.md"),
        """
        # Leave

        Everybody has thirty days of holiday a year.

        ## Parental leave

        Parents may take sixteen weeks of paid leave after a birth or an adoption.

        ## Sick leave

        Call your lead before ten in the morning.
        """);
    Files.writeString(
        root.resolve("vpn.txt"), "Connect to the VPN\nwith the corporate certificate.\n");
    Files.writeString(
        root.resolve("travel.html"),
        """
        <html><head><title>Travel handbook</title><style>p { color: red }</style></head>
        <body><script>var hidden = 'zebra';</script><h2>Trains</h2>
        <p>Book trains <b>two weeks</b> ahead &amp; keep the receipt.</p></body></html>
        """);
    Files.write(
        root.resolve("budget.pdf"), pdf("Totals", "The marketing budget is forty thousand."));
    Files.writeString(root.resolve("image.png"), "holiday");
    tool = new SearchDocuments(new DocumentConfig(Optional.of(root), Duration.ZERO, 1 << 20, 1000));
  }

  @AfterEach
  void close() {
    tool.close();
  }

  @Test
  void a_passage_is_found_with_its_place_and_what_matches_is_marked() throws Exception {
    JsonNode first = search("how many weeks of parental leave").at("/snippets/0");

    assertThat(first.get("path").asString()).isEqualTo("policies/hr/leave.md");
    assertThat(first.get("heading").asString()).isEqualTo("Parental leave");
    assertThat(first.get("place").asString()).isEqualTo("line 5");
    assertThat(first.get("text").asString()).contains("sixteen **weeks** of paid **leave**");
  }

  @Test
  void text_html_and_pdf_are_read() throws Exception {
    assertThat(search("certificate vpn").at("/snippets/0/path").asString()).isEqualTo("vpn.txt");
    JsonNode html = search("trains receipt").at("/snippets/0");
    assertThat(html.get("path").asString()).isEqualTo("travel.html");
    assertThat(html.get("heading").asString()).isEqualTo("Trains");
    assertThat(html.get("text").asString()).contains("two weeks ahead & keep the **receipt**");
    JsonNode pdf = search("marketing budget").at("/snippets/0");
    assertThat(pdf.get("path").asString()).isEqualTo("budget.pdf");
    assertThat(pdf.get("place").asString()).isEqualTo("page 2");
    assertThat(pdf.get("heading").asString()).isEqualTo("Totals");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "zebra",
        "color red",
        "qwertz",
        "the",
        "*:*",
        "path:vpn.txt",
        "/.*/",
        "[* TO *]",
        "+-&&||!(){}^\"~?:\\",
        "\u0000",
        "a AND"
      })
  void what_is_in_no_document_finds_nothing_and_a_query_has_no_syntax(String query)
      throws Exception {
    JsonNode answer = search(query);

    assertThat(answer.get("snippets").size()).isZero();
    assertThat(answer.get("hint").asString()).isNotBlank();
  }

  @Test
  void at_most_five_passages_come_back_and_two_of_one_document() throws Exception {
    for (int n = 0; n < 8; n++) {
      Files.writeString(
          root.resolve("note" + n + ".md"),
          "# One\n\nquokka\n\n# Two\n\nquokka\n\n# Three\n\nquokka quokka\n");
    }

    List<String> paths = search("quokka").at("/snippets").findValuesAsString("path");

    assertThat(paths).hasSize(5);
    for (String path : paths) {
      assertThat(paths.stream().filter(path::equals)).hasSizeLessThanOrEqualTo(2);
    }
  }

  @Test
  void changed_new_and_removed_documents_are_noticed() throws Exception {
    assertThat(search("wombat").get("snippets").size()).isZero();

    Files.writeString(root.resolve("new.md"), "A wombat.");
    assertThat(search("wombat").get("snippets").size()).isEqualTo(1);
    Files.writeString(root.resolve("new.md"), "A numbat, and more of it.");
    assertThat(search("wombat").get("snippets").size()).isZero();
    assertThat(search("numbat").get("snippets").size()).isEqualTo(1);
    Files.delete(root.resolve("new.md"));
    assertThat(search("numbat").get("snippets").size()).isZero();
  }

  @Test
  void a_search_can_be_kept_to_a_subfolder() throws Exception {
    assertThat(
            call(Map.of("query", "days certificate", "folder", "policies/hr/"))
                .at("/snippets")
                .findValuesAsString("path"))
        .containsExactly("policies/hr/leave.md");
    assertThat(call(Map.of("query", "holiday", "folder", "polic")).get("snippets").size()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"..", "../", "policies/../..", "/etc", "policies\\.."})
  void a_subfolder_outside_is_refused(String folder) {
    assertThatExceptionOfType(ToolFailure.class)
        .isThrownBy(() -> call(Map.of("query", "x", "folder", folder)))
        .withMessageContaining("not a subfolder");
  }

  @Test
  void a_damaged_document_does_not_hide_the_others() throws Exception {
    byte[] pdf = pdf("Broken", "unreachable");
    for (int cut = 10; cut < pdf.length; cut += 37) {
      byte[] damaged = pdf.clone();
      damaged[cut] ^= 0x55;
      Files.write(root.resolve("damaged" + cut + ".pdf"), damaged);
      Files.write(root.resolve("short" + cut + ".pdf"), java.util.Arrays.copyOf(pdf, cut));
    }
    Files.write(root.resolve("binary.txt"), new byte[] {1, 0, 2});
    Files.write(
        root.resolve("latin.txt"),
        new byte[] {'c', 'a', 'f', (byte) 0xe9, ' ', 'n', 'u', 'm', 'b', 'a', 't'});
    Files.writeString(root.resolve("deep.html"), "<div>".repeat(100_000) + "numbat");
    Files.writeString(root.resolve("empty.pdf"), "");

    assertThat(search("certificate").at("/snippets/0/path").asString()).isEqualTo("vpn.txt");
    assertThat(search("numbat").at("/snippets").findValuesAsString("path")).contains("latin.txt");
  }

  @Test
  void a_folder_that_is_not_there_is_worth_a_retry() {
    try (SearchDocuments absent =
        new SearchDocuments(
            new DocumentConfig(Optional.of(root.resolve("none")), Duration.ZERO, 1024, 10))) {
      assertThatExceptionOfType(ToolFailure.class)
          .isThrownBy(() -> ToolTrial.of(absent).call("search_documents", "{\"query\":\"x\"}"))
          .satisfies(failure -> assertThat(failure.retryable()).isTrue());
    }
  }

  private JsonNode search(String query) throws Exception {
    return call(Map.of("query", query));
  }

  private JsonNode call(Map<String, ?> arguments) throws Exception {
    return ToolJson.mapper()
        .readTree(
            ToolTrial.of(tool)
                .call("search_documents", ToolJson.mapper().writeValueAsString(arguments)));
  }

  private static byte[] pdf(String title, String text) throws IOException {
    try (PDDocument document = new PDDocument();
        ByteArrayOutputStream out = new ByteArrayOutputStream()) {
      document.getDocumentInformation().setTitle(title);
      document.addPage(new PDPage());
      PDPage page = new PDPage();
      document.addPage(page);
      try (PDPageContentStream content = new PDPageContentStream(document, page)) {
        content.beginText();
        content.setFont(new PDType1Font(FontName.HELVETICA), 12);
        content.newLineAtOffset(72, 700);
        content.showText(text);
        content.endText();
      }
      document.save(out);
      return out.toByteArray();
    }
  }
}
