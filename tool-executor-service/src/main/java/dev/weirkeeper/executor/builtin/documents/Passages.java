package dev.weirkeeper.executor.builtin.documents;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.io.MemoryUsageSetting;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.text.PDFTextStripper;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;

/**
 * Reads a file's text and cuts it into passages short enough to be shown.
 *
 * <p>A passage ends at a paragraph where one is near, begins anew at a heading of Markdown or HTML
 * and at a page of PDF, and knows where it stands.
 */
final class Passages {
  private static final int LENGTH = 1_200;
  private static final int MAX_TEXT = 2_000_000;
  private static final int MAX_PAGES = 1_000;

  /** Bytes that the streams of a PDF may unpack to. */
  private static final long MAX_UNPACKED = 128L << 20;

  private static final Pattern HEADING = Pattern.compile("#{1,6}\\s+(.+?)\\s*#*\\s*");

  private Passages() {}

  /**
   * A piece of a document.
   *
   * @param heading the heading it stands under; empty if there is none
   * @param place {@code line 12} or {@code page 3}; empty if unknown
   * @param text what it says
   */
  record Passage(String heading, String place, String text) {}

  private enum Kind {
    TEXT,
    MARKDOWN,
    HTML,
    PDF
  }

  /** True for files whose names say that they can be read. */
  static boolean readable(String path) {
    return kind(path).isPresent();
  }

  /**
   * The passages of a file, in order.
   *
   * @throws IOException if it is not what its name says, or damaged, or encrypted
   */
  static List<Passage> of(String path, byte[] content) throws IOException {
    Kind kind =
        kind(path).orElseThrow(() -> new IOException("not a kind of document that is read"));
    return switch (kind) {
      case TEXT -> lines(text(content), false);
      case MARKDOWN -> lines(text(content), true);
      case HTML -> html(content);
      case PDF -> pdf(content);
    };
  }

  private static Optional<Kind> kind(String path) {
    String name = path.toLowerCase(Locale.ROOT);
    return switch (name.substring(name.lastIndexOf('.') + 1)) {
      case "txt", "text", "rst", "adoc", "csv", "log" -> Optional.of(Kind.TEXT);
      case "md", "markdown" -> Optional.of(Kind.MARKDOWN);
      case "html", "htm", "xhtml" -> Optional.of(Kind.HTML);
      case "pdf" -> Optional.of(Kind.PDF);
      default -> Optional.empty();
    };
  }

  private static String text(byte[] content) throws IOException {
    String text = new String(content, StandardCharsets.UTF_8);
    if (text.indexOf('\0') >= 0) {
      throw new IOException("not text: it holds NUL characters");
    }
    return cut(text.startsWith("\ufeff") ? text.substring(1) : text);
  }

  private static List<Passage> html(byte[] content) throws IOException {
    Document document = Jsoup.parse(new ByteArrayInputStream(content), null, "");
    document.select("script, style, noscript, template").remove();
    for (Element heading : document.select("h1, h2, h3, h4, h5, h6")) {
      heading.text("\n# " + heading.text() + "\n");
    }
    document.select("td, th").forEach(cell -> cell.appendText(" "));
    document.select("p, li, tr, div, br, pre, blockquote").forEach(block -> block.appendText("\n"));
    String title = document.title().isBlank() ? "" : "# " + document.title() + "\n";
    List<Passage> placed = lines(cut(title + document.body().wholeText()), true);
    // Lines of the text are not lines of the file.
    return placed.stream().map(p -> new Passage(p.heading(), "", p.text())).toList();
  }

  private static List<Passage> pdf(byte[] content) throws IOException {
    try (PDDocument document =
        Loader.loadPDF(
            content,
            "",
            null,
            null,
            MemoryUsageSetting.setupMainMemoryOnly(MAX_UNPACKED).streamCache)) {
      String title =
          Optional.ofNullable(document.getDocumentInformation().getTitle()).orElse("").strip();
      List<Passage> passages = new ArrayList<>();
      PDFTextStripper stripper = new PDFTextStripper();
      int length = 0;
      int pages = Math.min(document.getNumberOfPages(), MAX_PAGES);
      for (int page = 1; page <= pages && length < MAX_TEXT; page++) {
        stripper.setStartPage(page);
        stripper.setEndPage(page);
        String text = cut(stripper.getText(document));
        length += text.length();
        for (Passage passage : lines(text, false)) {
          passages.add(new Passage(title, "page " + page, passage.text()));
        }
      }
      return passages;
    } catch (RuntimeException e) {
      // A damaged file reaches the parser's code in states it did not expect.
      throw new IOException("a damaged PDF", e);
    }
  }

  private static String cut(String text) {
    return text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT);
  }

  private static List<Passage> lines(String text, boolean headings) {
    List<Passage> passages = new ArrayList<>();
    StringBuilder passage = new StringBuilder();
    String heading = "";
    int start = 1;
    int number = 0;
    for (String line : (Iterable<String>) text.lines()::iterator) {
      number++;
      Matcher title = HEADING.matcher(line);
      boolean isTitle = headings && title.matches();
      boolean full =
          passage.length() + line.length() > LENGTH
              || (line.isBlank() && passage.length() > LENGTH / 2);
      if (isTitle || full) {
        add(passages, heading, start, passage);
      }
      if (isTitle) {
        heading = title.group(1);
      }
      if (passage.isEmpty()) {
        start = number;
      }
      for (int from = 0; from < line.length(); from += LENGTH) {
        if (from > 0) {
          add(passages, heading, start, passage);
          start = number;
        }
        passage.append(line, from, Math.min(line.length(), from + LENGTH));
      }
      passage.append('\n');
    }
    add(passages, heading, start, passage);
    return passages;
  }

  private static void add(
      List<Passage> passages, String heading, int start, StringBuilder passage) {
    String text = passage.toString().strip();
    passage.setLength(0);
    if (!text.isEmpty()) {
      passages.add(new Passage(heading, "line " + start, text));
    }
  }
}
