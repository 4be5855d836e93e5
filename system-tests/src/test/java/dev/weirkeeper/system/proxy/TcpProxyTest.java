package dev.weirkeeper.system.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class TcpProxyTest {

  private ServerSocket server;
  private TcpProxy proxy;

  @BeforeEach
  void start() throws IOException {
    server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    proxy = TcpProxy.start("test", 0, server.getLocalPort());
    Thread.ofVirtual().start(this::echo);
  }

  @AfterEach
  void stop() throws IOException {
    proxy.close();
    server.close();
  }

  /** Sends every number back. */
  private void echo() {
    try {
      while (true) {
        Socket socket = server.accept();
        Thread.ofVirtual()
            .start(
                () -> {
                  try (socket) {
                    DataInputStream in = new DataInputStream(socket.getInputStream());
                    DataOutputStream out = new DataOutputStream(socket.getOutputStream());
                    while (true) {
                      out.writeInt(in.readInt());
                    }
                  } catch (IOException e) {
                    // the caller went away
                  }
                });
      }
    } catch (IOException e) {
      // the test is over
    }
  }

  private Socket connect() throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), proxy.port());
  }

  private static int ask(Socket socket, int number) throws IOException {
    new DataOutputStream(socket.getOutputStream()).writeInt(number);
    return new DataInputStream(socket.getInputStream()).readInt();
  }

  @Test
  void bytes_go_through_in_their_order() throws IOException {
    try (Socket socket = connect()) {
      for (int i = 0; i < 1000; i++) {
        assertThat(ask(socket, i)).isEqualTo(i);
      }
    }
  }

  @Test
  void a_slow_network_brings_everything_late() throws IOException {
    proxy.turn(new Weather.Slow(Duration.ofMillis(60), Duration.ofMillis(20)));
    try (Socket socket = connect()) {
      long start = System.nanoTime();

      int answer = ask(socket, 7);

      assertThat(answer).isEqualTo(7);
      assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start))
          .isGreaterThanOrEqualTo(120);
    }
  }

  @Test
  void in_silence_nothing_comes_and_afterwards_everything_does() throws IOException {
    try (Socket socket = connect()) {
      assertThat(ask(socket, 1)).isEqualTo(1);
      proxy.turn(new Weather.Silent());
      socket.setSoTimeout(200);
      assertThatThrownBy(() -> ask(socket, 2)).isInstanceOf(SocketTimeoutException.class);

      proxy.turn(new Weather.Fair());

      socket.setSoTimeout(0);
      assertThat(new DataInputStream(socket.getInputStream()).readInt()).isEqualTo(2);
      assertThat(ask(socket, 3)).isEqualTo(3);
    }
  }

  @Test
  void a_reset_breaks_open_connections_and_lets_new_ones_in() throws IOException {
    try (Socket open = connect()) {
      assertThat(ask(open, 1)).isEqualTo(1);

      proxy.reset();

      assertThatThrownBy(() -> ask(open, 2)).isInstanceOf(IOException.class);
      try (Socket next = connect()) {
        assertThat(ask(next, 3)).isEqualTo(3);
      }
    }
    await().atMost(Duration.ofSeconds(20)).until(() -> proxy.connections() == 0);
  }

  @Test
  void a_broken_network_lets_nobody_in_until_it_is_mended() throws IOException {
    proxy.turn(new Weather.Broken());
    assertThatThrownBy(
            () -> {
              try (Socket refused = connect()) {
                ask(refused, 1);
              }
            })
        .isInstanceOf(IOException.class);

    proxy.turn(new Weather.Fair());

    try (Socket next = connect()) {
      assertThat(ask(next, 2)).isEqualTo(2);
    }
  }
}
