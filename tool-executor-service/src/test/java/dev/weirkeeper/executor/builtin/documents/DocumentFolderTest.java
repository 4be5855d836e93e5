package dev.weirkeeper.executor.builtin.documents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DocumentFolderTest {
  private static final String SECRET = "canary-3f9c";

  @TempDir Path home;
  private Path root;
  private Path outside;
  private DocumentFolder folder;

  @BeforeEach
  void fill() throws IOException {
    root = Files.createDirectories(home.resolve("documents"));
    outside = Files.createDirectories(home.resolve("outside"));
    Files.writeString(outside.resolve("secret.txt"), SECRET);
    Files.writeString(home.resolve("secret.txt"), SECRET);
    Files.createDirectories(root.resolve("a/b"));
    Files.writeString(root.resolve("a/b/plain.txt"), "plain");
    Files.writeString(root.resolve("top.md"), "top");
    Files.writeString(root.resolve(".hidden.txt"), SECRET);
    Files.writeString(Files.createDirectories(root.resolve(".git")).resolve("config.txt"), SECRET);
    folder = new DocumentFolder(root, 1024, 100);
  }

  @Test
  void documents_are_listed_and_read() throws IOException {
    assertThat(folder.list().files().keySet()).containsExactly("a/b/plain.txt", "top.md");
    assertThat(folder.read("a/b/plain.txt")).isEqualTo("plain".getBytes(StandardCharsets.UTF_8));
    assertThat(
            new DocumentFolder(Files.createSymbolicLink(home.resolve("link"), root), 1024, 9)
                .list()
                .files())
        .hasSize(2);
  }

  @Test
  void no_path_leads_outside() {
    List<String> paths = escapes();
    for (String path : paths) {
      assertThatExceptionOfType(DocumentFolder.Refused.class)
          .as(path)
          .isThrownBy(() -> folder.read(path));
    }
    assertThat(paths).hasSizeGreaterThanOrEqualTo(300);
  }

  @Test
  void links_of_every_kind_are_refused_and_left_out() throws IOException {
    Path secret = outside.resolve("secret.txt");
    Files.createSymbolicLink(root.resolve("link.txt"), secret);
    Files.createSymbolicLink(root.resolve("relative.txt"), Path.of("../outside/secret.txt"));
    Files.createSymbolicLink(root.resolve("inside.txt"), root.resolve("top.md"));
    Files.createSymbolicLink(root.resolve("chain.txt"), Path.of("link.txt"));
    Files.createSymbolicLink(root.resolve("loop.txt"), Path.of("loop.txt"));
    Files.createSymbolicLink(root.resolve("dangling.txt"), Path.of("nowhere"));
    Files.createSymbolicLink(root.resolve("folder"), outside);
    Files.createSymbolicLink(root.resolve("up"), Path.of(".."));
    Files.createSymbolicLink(root.resolve("a/self"), root);
    Files.createSymbolicLink(root.resolve("process.txt"), Path.of("/proc/self/environ"));
    Files.createSymbolicLink(root.resolve("proc"), Path.of("/proc/self/root"));
    Files.createSymbolicLink(root.resolve("zero.txt"), Path.of("/dev/zero"));
    Files.createSymbolicLink(root.resolve("descriptor.txt"), Path.of("/dev/fd/0"));
    Files.createLink(root.resolve("hard.txt"), secret);
    Files.createLink(root.resolve("a/hard.md"), home.resolve("secret.txt"));

    for (String path :
        List.of(
            "link.txt",
            "relative.txt",
            "inside.txt",
            "chain.txt",
            "loop.txt",
            "dangling.txt",
            "folder",
            "folder/secret.txt",
            "up/secret.txt",
            "up/outside/secret.txt",
            "a/self/top.md",
            "a/self/a/self/top.md",
            "process.txt",
            "proc/etc/passwd",
            "proc",
            "zero.txt",
            "descriptor.txt",
            "hard.txt",
            "a/hard.md",
            "a",
            "a/b")) {
      assertThatExceptionOfType(DocumentFolder.Refused.class)
          .as(path)
          .isThrownBy(() -> folder.read(path));
    }
    assertThat(folder.list().files().keySet())
        .doesNotContain(
            "link.txt", "folder/secret.txt", "up/secret.txt", "a/self/top.md", "zero.txt");
    assertNothingOfTheSecretIsFound();
  }

  @Test
  void a_file_that_is_too_large_is_left_out() throws IOException {
    Files.writeString(root.resolve("large.txt"), "x".repeat(1025));

    assertThat(folder.list().leftOut()).containsExactly("large.txt: larger than 1024 bytes");
    assertThatExceptionOfType(DocumentFolder.Refused.class)
        .isThrownBy(() -> folder.read("large.txt"));
  }

  @Test
  void a_directory_swapped_for_a_link_while_it_is_read_leads_nowhere() throws Exception {
    Path directory = root.resolve("swap");
    Path real = home.resolve("real");
    Files.createDirectories(real);
    Files.writeString(real.resolve("secret.txt"), "harmless");
    Files.writeString(outside.resolve("secret.txt"), SECRET);
    race(
        () -> {
          Path link = Files.createSymbolicLink(home.resolve("swapping"), outside);
          Files.move(link, directory, StandardCopyOption.ATOMIC_MOVE);
          Files.delete(directory);
          Files.move(real, directory, StandardCopyOption.ATOMIC_MOVE);
          Files.move(directory, real, StandardCopyOption.ATOMIC_MOVE);
        },
        "swap/secret.txt");
  }

  @Test
  void a_file_swapped_for_a_link_while_it_is_read_leads_nowhere() throws Exception {
    Path file = root.resolve("swap.txt");
    race(
        () -> {
          Path plain = Files.writeString(home.resolve("plain"), "harmless");
          Files.move(
              plain, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
          Path link =
              Files.createSymbolicLink(home.resolve("swapping"), outside.resolve("secret.txt"));
          Files.move(
              link, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        },
        "swap.txt");
  }

  private interface Swap {
    void run() throws IOException;
  }

  /** Reads a path as often as it can while another thread swaps what is there. */
  private void race(Swap swap, String path) throws Exception {
    AtomicBoolean done = new AtomicBoolean();
    List<IOException> failures = new ArrayList<>();
    Thread swapping =
        new Thread(
            () -> {
              while (!done.get()) {
                try {
                  swap.run();
                } catch (IOException e) {
                  failures.add(e);
                  return;
                }
              }
            });
    swapping.start();
    int read = 0;
    long end = System.nanoTime() + Duration.ofSeconds(2).toNanos();
    try {
      while (System.nanoTime() < end) {
        try {
          String content = new String(folder.read(path), StandardCharsets.UTF_8);
          assertThat(content).isNotEqualTo(SECRET).isIn("harmless", "");
          read++;
        } catch (DocumentFolder.Refused refused) {
          assertThat(refused.getMessage()).isNotBlank();
        }
        folder.list();
      }
    } finally {
      done.set(true);
      swapping.join();
    }
    assertThat(failures).isEmpty();
    assertThat(read).as("reads that hit the harmless file").isPositive();
  }

  private void assertNothingOfTheSecretIsFound() throws IOException {
    try (DocumentIndex index = new DocumentIndex(folder, Duration.ZERO)) {
      assertThat(index.search(SECRET, "", 5)).isEmpty();
      assertThat(index.search("plain", "", 5)).hasSize(1);
    }
  }

  private List<String> escapes() {
    List<String> targets =
        List.of("secret.txt", "outside/secret.txt", "etc/passwd", "proc/self/environ");
    List<String> ups =
        List.of(
            "../",
            "../../",
            "../../../../../../../../",
            "a/../../",
            "a/b/../../../",
            "./../",
            "a/./../../",
            "..//",
            "//../",
            "a//../../",
            "..\\",
            "..\\..\\",
            "a\\..\\..\\",
            "%2e%2e/",
            "%2e%2e%2f",
            "..%2f",
            "..%5c",
            "%252e%252e%252f",
            "..%c0%af",
            "..%c1%9c",
            "%c0%ae%c0%ae/",
            "..%00/",
            "..\u0000/",
            "../\u0000",
            "\u0000../",
            "..\u2215",
            "..\u2044",
            "..\uff0f",
            "\uff0e\uff0e/",
            "\u2024\u2024/",
            "\u2025/",
            "..\u200b/",
            "..;/",
            "..././",
            "....//",
            "....\\/",
            ".../",
            "..../",
            ".. /",
            " ../",
            "~/",
            "~root/",
            "$HOME/",
            "file:",
            "file:///",
            "/",
            "//",
            "///",
            "\\\\",
            "\\\\?\\",
            "C:\\",
            "C:/",
            "/proc/self/root/",
            "/proc/self/cwd/",
            "/dev/fd/",
            ".git/../../",
            ".hidden.txt/../",
            "top.md/../../",
            "a/b/plain.txt/../../../../",
            "..\n/",
            "\n../",
            "..\r/",
            "\t../",
            "a/b/\u0000/../../../",
            "%2e%2e\u0000/",
            "\ud800../");
    List<String> paths = new ArrayList<>();
    for (String up : ups) {
      for (String target : targets) {
        paths.add(up + target);
      }
    }
    for (String target : targets) {
      paths.add(outside + "/" + target);
      paths.add(root + "/../" + target);
    }
    paths.addAll(
        List.of(
            "",
            ".",
            "..",
            "/",
            "//",
            "...",
            " ",
            "\u0000",
            "a/",
            "a/b/",
            "/a",
            "a//b/plain.txt",
            "a/./b/plain.txt",
            "./top.md",
            "top.md/",
            "top.md\u0000.txt",
            "top.md\u0000",
            ".hidden.txt",
            ".git/config.txt",
            "a/.git/config.txt",
            "TOP.MD/..",
            "top.md ",
            "top.md.",
            "top.md::$DATA",
            "a\\b\\plain.txt",
            "\u202etop.md",
            "top\u00ad.md",
            "a".repeat(5000),
            "a/".repeat(600) + "x",
            outside.resolve("secret.txt").toString(),
            root.resolve("top.md").toString(),
            root.resolve("top.md").toUri().toString()));
    return paths;
  }
}
