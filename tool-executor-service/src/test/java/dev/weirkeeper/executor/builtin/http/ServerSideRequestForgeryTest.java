package dev.weirkeeper.executor.builtin.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.weirkeeper.executor.tool.ToolFailure;
import dev.weirkeeper.executor.tool.ToolJson;
import dev.weirkeeper.executor.tool.ToolTrial;
import dev.weirkeeper.wire.ToolErrorCode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import okhttp3.Dns;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The allow-list is as wide as it can be here, so that only the look at addresses holds. A canary
 * listens on every address of this machine and must never hear anything.
 */
class ServerSideRequestForgeryTest {
  private static final AtomicInteger HEARD = new AtomicInteger();
  private static final List<HostRule> EVERY =
      List.of(HostRule.parse("http://*:*"), HostRule.parse("https://*:*"));

  @SuppressWarnings("NullAway.Init")
  private static ServerSocket canary;

  /** Hosts, in every spelling we know of, that stand for this machine, its networks or nothing. */
  private static final List<String> HOSTS =
      List.of(
          "localhost",
          "LOCALHOST",
          "LocalHost.",
          "ip6-localhost",
          "ip6-loopback",
          "127.0.0.1",
          "127.0.0.1.",
          "127.0.0.2",
          "127.255.255.254",
          "127.1",
          "127.0.1",
          "127.127.127.127",
          "2130706433",
          "2130706433.",
          "0x7f000001",
          "0x7F000001",
          "0x7f.0.0.1",
          "0x7f.1",
          "0x7f.0x0.0x0.0x1",
          "0177.0.0.1",
          "0177.1",
          "017700000001",
          "0000177.0.0.1",
          "127.000.000.001",
          "127.0x0.0.01",
          "127.0.0.0x1",
          "127.0.0.00001",
          "0",
          "0.0.0.0",
          "0.0",
          "00",
          "0x0",
          "0.0.0.1",
          "0.1.2.3",
          "[::1]",
          "[::]",
          "[0:0:0:0:0:0:0:1]",
          "[0000:0000:0000:0000:0000:0000:0000:0001]",
          "[::0001]",
          "[0::1]",
          "[::ffff:127.0.0.1]",
          "[::ffff:7f00:1]",
          "[::FFFF:7F00:0001]",
          "[0:0:0:0:0:ffff:127.0.0.1]",
          "[::ffff:0:127.0.0.1]",
          "[::127.0.0.1]",
          "[::7f00:1]",
          "[64:ff9b::127.0.0.1]",
          "[64:ff9b::7f00:1]",
          "[64:ff9b:1::7f00:1]",
          "[2002:7f00:1::]",
          "[2002:7f00:0001::1]",
          "[2002:c0a8:0101::1]",
          "[2002:a9fe:a9fe::]",
          "[2001:0:7f00:1::]",
          "[2001:0:4136:e378:8000:63bf:3fff:fdd2]",
          "[fe80::1]",
          "[febf::1]",
          "[fec0::1]",
          "[fc00::1]",
          "[fd00::1]",
          "[fd00:ec2::254]",
          "[ff02::1]",
          "[ff0e::1]",
          "[100::1]",
          "[2001:db8::1]",
          "[3fff::1]",
          "[5f00::1]",
          "[::2]",
          "169.254.169.254",
          "169.254.170.2",
          "2852039166",
          "0xa9fea9fe",
          "0xA9.0xFE.0xA9.0xFE",
          "0251.0376.0251.0376",
          "169.254.43518",
          "169.16689662",
          "169.254.169.254.",
          "[::ffff:169.254.169.254]",
          "[::ffff:a9fe:a9fe]",
          "[64:ff9b::a9fe:a9fe]",
          "10.0.0.1",
          "10.255.255.255",
          "167772161",
          "0x0a000001",
          "012.0.0.1",
          "172.16.0.1",
          "172.31.255.254",
          "192.168.0.1",
          "192.168.255.255",
          "3232235521",
          "0xc0a80001",
          "0300.0250.0.1",
          "192.168.1",
          "100.64.0.1",
          "100.127.255.254",
          "100.100.100.200",
          "192.0.0.192",
          "168.63.129.16",
          "192.0.0.1",
          "192.0.2.1",
          "192.88.99.1",
          "198.18.0.1",
          "198.19.255.255",
          "198.51.100.1",
          "203.0.113.7",
          "224.0.0.1",
          "239.255.255.250",
          "240.0.0.1",
          "255.255.255.255",
          "4294967295",
          "１２７.０.０.１",
          "①②⑦.⓪.⓪.①",
          "127。0。0。1",
          "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
          "ｌｏｃａｌｈｏｓｔ",
          "%6c%6f%63%61%6c%68%6f%73%74",
          "%31%32%37.0.0.1",
          "127%2e0%2e0%2e1",
          "%5b::1%5d",
          "loop.test",
          "private.test",
          "metadata.test",
          "mixed.test",
          "mapped.test",
          "six.test",
          "zero.test",
          "linklocal.test",
          "nat64.test",
          "rebind.test");

  /** What surrounds the host; the port is the canary's. */
  private static final List<String> FORMS =
      List.of(
          "http://<host>:<port>/",
          "https://<host>:<port>/x?y=http://example.com/#z",
          "http://user:password@<host>:<port>/",
          "HTTP://<host>:<port>",
          "http:<host>:<port>/");

  @BeforeAll
  static void listen() throws IOException {
    canary = new ServerSocket(0);
    Thread.ofVirtual()
        .start(
            () -> {
              while (!canary.isClosed()) {
                try (Socket _ = canary.accept()) {
                  HEARD.incrementAndGet();
                } catch (IOException e) {
                  return;
                }
              }
            });
  }

  @AfterAll
  static void the_canary_would_have_heard() throws IOException {
    try (Socket _ = new Socket("localhost", canary.getLocalPort())) {
      await().atMost(Duration.ofSeconds(10)).until(() -> HEARD.get() == 1);
    }
    canary.close();
  }

  @Test
  void no_spelling_of_an_address_reaches_the_canary() throws Exception {
    List<String> urls = new ArrayList<>();
    for (String host : HOSTS) {
      for (String form : FORMS) {
        urls.add(url(form, host));
      }
    }
    urls.addAll(odd());
    try (HttpRequest tool = new HttpRequest(config(List.of()), new Names())) {
      ToolTrial trial = ToolTrial.of(tool);
      for (String url : urls) {
        assertThatExceptionOfType(ToolFailure.class)
            .as(url)
            .isThrownBy(() -> trial.call("http_request", arguments(url)))
            .satisfies(
                failure -> assertThat(failure.code()).as(url).isNotEqualTo(ToolErrorCode.TIMEOUT));
      }
    }
    assertThat(urls).hasSizeGreaterThanOrEqualTo(600);
    assertThat(HEARD).hasValue(0);
  }

  @Test
  void no_redirect_reaches_the_canary() throws Exception {
    try (MockWebServer server = new MockWebServer()) {
      server.start();
      String start = "http://localhost:" + server.getPort() + "/";
      List<HostRule> trusted = List.of(HostRule.parse("http://localhost:" + server.getPort()));
      try (HttpRequest tool = new HttpRequest(config(trusted), new Names())) {
        ToolTrial trial = ToolTrial.of(tool);
        int n = 0;
        for (String host : HOSTS) {
          for (String form :
              List.of("http://<host>:<port>/", "//<host>:<port>/", "https://<host>:<port>/")) {
            String location = url(form, host);
            int requests = ++n;
            server.enqueue(
                new MockResponse.Builder()
                    .code(List.of(301, 302, 303, 307, 308).get(n % 5))
                    .addHeaderLenient("Location", location)
                    .build());
            assertThatExceptionOfType(ToolFailure.class)
                .as(location)
                .isThrownBy(() -> trial.call("http_request", arguments(start)))
                .satisfies(
                    failure -> {
                      assertThat(failure.code()).isNotEqualTo(ToolErrorCode.TIMEOUT);
                      assertThat(server.getRequestCount()).isEqualTo(requests);
                    });
          }
        }
      }
    }
    assertThat(HEARD).hasValue(0);
  }

  @Test
  void a_name_that_resolves_anew_for_every_question_reaches_nothing() throws Exception {
    try (HttpRequest tool = new HttpRequest(config(List.of()), new Names())) {
      ToolTrial trial = ToolTrial.of(tool);
      for (int n = 0; n < 20; n++) {
        assertThatExceptionOfType(ToolFailure.class)
            .isThrownBy(
                () ->
                    trial.call(
                        "http_request",
                        arguments("http://rebind.test:" + canary.getLocalPort() + "/")));
      }
    }
    assertThat(HEARD).hasValue(0);
  }

  @Test
  void the_socket_looks_for_itself_even_if_every_gate_before_it_fails() throws Exception {
    try (Socket socket = new GuardedSockets(AddressPolicy.PUBLIC).createSocket()) {
      assertThatExceptionOfType(GuardedSockets.Refused.class)
          .isThrownBy(() -> socket.connect(canary.getLocalSocketAddress(), 1000));
      assertThatExceptionOfType(GuardedSockets.Refused.class)
          .isThrownBy(
              () ->
                  socket.connect(
                      new InetSocketAddress(
                          InetAddress.getByAddress("example.com", new byte[] {127, 0, 0, 1}),
                          canary.getLocalPort())));
    }
    assertThat(HEARD).hasValue(0);
  }

  @Test
  void a_host_listed_as_private_opens_neither_its_neighbours_nor_metadata_services()
      throws Exception {
    List<HostRule> listed =
        List.of(
            HostRule.parse("http://169.254.169.254"),
            HostRule.parse("http://metadata.test"),
            HostRule.parse("http://zero.test"),
            HostRule.parse("http://localhost:1"));
    HttpConfig narrow =
        new HttpConfig(
            List.of(),
            listed,
            List.of(HttpConfig.Method.GET),
            1024,
            Duration.ofSeconds(2),
            List.of());
    try (HttpRequest tool = new HttpRequest(narrow, new Names())) {
      ToolTrial trial = ToolTrial.of(tool);
      for (String url :
          List.of(
              "http://169.254.169.254/latest/meta-data/",
              "http://metadata.test/",
              "http://zero.test/",
              "http://localhost:" + canary.getLocalPort() + "/",
              "http://127.0.0.1:1/")) {
        assertThatExceptionOfType(ToolFailure.class)
            .as(url)
            .isThrownBy(() -> trial.call("http_request", arguments(url)))
            .satisfies(failure -> assertThat(failure.retryable()).as(url).isFalse());
      }
    }
    assertThat(HEARD).hasValue(0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "8.8.8.8",
        "93.184.216.34",
        "100.63.255.255",
        "100.128.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "169.253.255.255",
        "169.255.0.0",
        "192.167.255.255",
        "192.169.0.0",
        "198.17.255.255",
        "198.20.0.0",
        "223.255.255.255",
        "11.0.0.0",
        "126.255.255.255",
        "128.0.0.0",
        "2606:4700:4700::1111",
        "2a00:1450::1",
        "2400::1"
      })
  void addresses_of_the_public_internet_are_open(String address) throws Exception {
    assertThat(AddressPolicy.PUBLIC.refusal(InetAddress.getByName(address))).isEmpty();
  }

  private static List<String> odd() {
    List<String> urls = new ArrayList<>();
    for (String form :
        List.of(
            "http://example.test@<host>:<port>/",
            "http://<host>:<port>\\@example.test/",
            "http://example.test\\@<host>:<port>/",
            "http://example.test:80@<host>:<port>/",
            "http://<host>:<port>#@example.test/",
            "http:///<host>:<port>/",
            "http:/<host>:<port>/",
            "http:\\\\<host>:<port>/",
            "//<host>:<port>/",
            "<host>:<port>",
            " http://<host>:<port>/",
            "http://<host>:<port>/ ",
            "http://\t<host>:<port>/",
            "http://<host>\t:<port>/",
            "ht\ntp://<host>:<port>/",
            "http://<host>:<port>/\r\nHost: example.test",
            "http://<host>%00.example.test:<port>/",
            "http://<host>%0d%0a:<port>/",
            "http://<host>%2523@example.test:<port>/",
            "http://<host>,example.test:<port>/",
            "http://<host>;example.test:<port>/",
            "ftp://<host>:<port>/",
            "gopher://<host>:<port>/_x",
            "dict://<host>:<port>/",
            "ldap://<host>:<port>/",
            "file:///etc/passwd",
            "file://<host>/etc/passwd",
            "jar:http://<host>:<port>/!/",
            "data:text/plain,x",
            "javascript:alert(1)",
            "unix:///var/run/docker.sock",
            "netdoc:///etc/passwd",
            "ws://<host>:<port>/",
            "http://[<host>]:<port>/",
            "http://<host>:<port>:<port>/",
            "http://<host>:-1/",
            "http://<host>:0/",
            "http://<host>:99999/",
            "http://",
            "http://:<port>/",
            "http://@<host>:<port>/",
            "http://:@<host>:<port>/",
            "")) {
      urls.add(url(form, "127.0.0.1"));
      urls.add(url(form, "localhost"));
    }
    return urls;
  }

  private static String url(String form, String host) {
    return form.replace("<host>", host).replace("<port>", String.valueOf(canary.getLocalPort()));
  }

  private static String arguments(String url) {
    return ToolJson.mapper().writeValueAsString(Map.of("url", url));
  }

  private static HttpConfig config(List<HostRule> privateHosts) {
    return new HttpConfig(
        EVERY,
        privateHosts,
        List.of(HttpConfig.Method.GET),
        64 * 1024,
        Duration.ofSeconds(5),
        List.of());
  }

  /** A name server in an attacker's hands; other names are this machine's to resolve. */
  private static final class Names implements Dns {
    private final AtomicInteger asked = new AtomicInteger();

    @Override
    public List<InetAddress> lookup(String hostname) throws UnknownHostException {
      return switch (hostname) {
        case "loop.test" -> addresses("127.0.0.1");
        case "private.test" -> addresses("10.1.2.3");
        case "metadata.test" -> addresses("169.254.169.254");
        case "mixed.test" -> addresses("93.184.216.34", "127.0.0.1");
        case "mapped.test" -> addresses("::ffff:127.0.0.1");
        case "six.test" -> addresses("::1");
        case "zero.test" -> addresses("0.0.0.0");
        case "linklocal.test" -> addresses("fe80::1");
        case "nat64.test" -> addresses("64:ff9b::7f00:1");
        // A public address for whoever checks, this machine for whoever connects.
        case "rebind.test" ->
            asked.getAndIncrement() % 2 == 0 ? addresses("192.0.2.1") : addresses("127.0.0.1");
        case "example.test" -> addresses("192.0.2.1");
        default -> Dns.SYSTEM.lookup(hostname);
      };
    }

    private static List<InetAddress> addresses(String... literals) throws UnknownHostException {
      List<InetAddress> addresses = new ArrayList<>();
      for (String literal : literals) {
        addresses.add(InetAddress.getByName(literal));
      }
      return addresses;
    }
  }
}
