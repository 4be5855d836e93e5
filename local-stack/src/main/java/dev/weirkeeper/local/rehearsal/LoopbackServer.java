package dev.weirkeeper.local.rehearsal;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * As much of HTTP/1.1 as a model server needs, on the loopback address unless another is asked for,
 * one virtual thread a connection. Unlike ready-made servers it can break a connection at any byte,
 * which is what a rehearsal of faults needs, and costs next to nothing beside what is measured.
 */
final class LoopbackServer implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(LoopbackServer.class);
  private static final int BACKLOG = 1024;
  private static final int BUFFER_BYTES = 16 << 10;
  private static final int MAX_LINE_BYTES = 64 << 10;
  private static final int MAX_HEADERS = 200;
  private static final int MAX_BODY_BYTES = 64 << 20;

  private final ServerSocket listener;
  private final Handler handler;
  private final Set<Socket> connections = ConcurrentHashMap.newKeySet();

  /** Answers requests. */
  interface Handler {
    /**
     * Answers one request through {@code answer}.
     *
     * @throws IOException if the connection breaks, which ends it
     */
    void handle(Request request, Answer answer) throws IOException, InterruptedException;
  }

  /**
   * A request.
   *
   * @param path without the query
   * @param headers by lower-case name
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Request(String method, String path, Map<String, String> headers, byte[] body) {}

  /** The way back. Exactly one of its methods is called, once. */
  static final class Answer {

    private final OutputStream out;
    private boolean broken;

    private Answer(OutputStream out) {
      this.out = out;
    }

    /** Sends a whole answer. */
    void send(int status, Map<String, String> headers, byte[] body) throws IOException {
      head(status, headers, "content-length: " + body.length);
      out.write(body);
      out.flush();
    }

    /** Starts an answer that comes in pieces; each piece is sent at once. Close it at its end. */
    Pieces pieces(int status, Map<String, String> headers) throws IOException {
      head(status, headers, "transfer-encoding: chunked");
      out.flush();
      return new Pieces(this);
    }

    /** Breaks the connection without another byte. */
    void abort() {
      broken = true;
    }

    private void head(int status, Map<String, String> headers, String length) throws IOException {
      StringBuilder head = new StringBuilder(256);
      head.append("HTTP/1.1 ").append(status).append(" -\r\n");
      headers.forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
      head.append(length).append("\r\n\r\n");
      out.write(head.toString().getBytes(StandardCharsets.ISO_8859_1));
    }
  }

  /** An answer in pieces. */
  record Pieces(Answer answer) implements AutoCloseable {

    /** Sends a piece that is not empty. */
    void send(byte[] piece) throws IOException {
      answer.out.write(
          (Integer.toHexString(piece.length) + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
      answer.out.write(piece);
      answer.out.write('\r');
      answer.out.write('\n');
      answer.out.flush();
    }

    /** Breaks the connection in the middle of the answer. */
    void abort() {
      answer.abort();
    }

    @Override
    public void close() throws IOException {
      if (!answer.broken) {
        answer.out.write("0\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
        answer.out.flush();
      }
    }
  }

  private LoopbackServer(ServerSocket listener, Handler handler) {
    this.listener = listener;
    this.handler = handler;
  }

  /**
   * Starts to listen.
   *
   * @param port 0 for any free one
   * @throws IOException if the port is taken
   */
  static LoopbackServer start(int port, String name, Handler handler) throws IOException {
    return start(InetAddress.getLoopbackAddress(), port, name, handler);
  }

  /** The same on another address. */
  static LoopbackServer start(InetAddress address, int port, String name, Handler handler)
      throws IOException {
    ServerSocket listener = new ServerSocket();
    listener.bind(new InetSocketAddress(address, port), BACKLOG);
    LoopbackServer server = new LoopbackServer(listener, handler);
    Thread.ofVirtual().name(name).start(server::accept);
    return server;
  }

  int port() {
    return listener.getLocalPort();
  }

  /** Closes every connection, answered or not. */
  @Override
  public void close() {
    closeQuietly(listener);
    connections.forEach(LoopbackServer::closeQuietly);
  }

  private static void closeQuietly(AutoCloseable socket) {
    try {
      socket.close();
    } catch (Exception e) {
      LOG.debug("closing a socket", e);
    }
  }

  private void accept() {
    try {
      while (!listener.isClosed()) {
        Socket socket = listener.accept();
        connections.add(socket);
        Thread.ofVirtual().start(() -> serve(socket));
      }
    } catch (IOException e) {
      if (!listener.isClosed()) {
        LOG.error("the model server on port {} stopped listening", port(), e);
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      socket.setTcpNoDelay(true);
      InputStream in = new BufferedInputStream(socket.getInputStream(), BUFFER_BYTES);
      OutputStream out = new BufferedOutputStream(socket.getOutputStream(), BUFFER_BYTES);
      boolean open = true;
      while (open) {
        open = serveOne(in, out);
      }
      if (!listener.isClosed()) {
        // A reset rather than an orderly end, as when a machine dies.
        socket.setSoLinger(true, 0);
      }
    } catch (IOException e) {
      LOG.debug("a caller went away", e);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } finally {
      connections.remove(socket);
    }
  }

  /** Answers one request; false if the connection is to be broken. */
  private boolean serveOne(InputStream in, OutputStream out)
      throws IOException, InterruptedException {
    String[] first = line(in).split(" ", 3);
    if (first.length < 3) {
      throw new IOException("no request line");
    }
    Map<String, String> headers = new TreeMap<>();
    for (String line = line(in); !line.isEmpty(); line = line(in)) {
      int colon = line.indexOf(':');
      if (colon < 1 || headers.size() >= MAX_HEADERS) {
        throw new IOException("no header, or too many");
      }
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    if (headers.getOrDefault("expect", "").equalsIgnoreCase("100-continue")) {
      out.write("HTTP/1.1 100 -\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
      out.flush();
    }
    byte[] body =
        headers.containsKey("transfer-encoding")
            ? chunks(in)
            : exactly(in, length(headers.getOrDefault("content-length", "0"), 10));
    int query = first[1].indexOf('?');
    String path = query < 0 ? first[1] : first[1].substring(0, query);
    Answer answer = new Answer(out);
    handler.handle(new Request(first[0], path, headers, body), answer);
    return !answer.broken;
  }

  private static byte[] exactly(InputStream in, int length) throws IOException {
    byte[] body = in.readNBytes(length);
    if (body.length < length) {
      throw new EOFException("the request broke off");
    }
    return body;
  }

  private static byte[] chunks(InputStream in) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (int length = length(line(in), 16); length > 0; length = length(line(in), 16)) {
      if (body.size() + length > MAX_BODY_BYTES) {
        throw new IOException("the request is too long");
      }
      body.write(exactly(in, length));
      line(in);
    }
    while (!line(in).isEmpty()) {
      // trailers mean nothing here
    }
    return body.toByteArray();
  }

  private static int length(String text, int radix) throws IOException {
    try {
      int length = Integer.parseInt(text.strip(), radix);
      if (length >= 0 && length <= MAX_BODY_BYTES) {
        return length;
      }
    } catch (NumberFormatException _) {
      // reported below
    }
    throw new IOException("no length that can be read: " + text);
  }

  private static String line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream(128);
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0 || line.size() >= MAX_LINE_BYTES) {
        throw new EOFException("the request broke off");
      }
      line.write(b);
    }
    String text = line.toString(StandardCharsets.ISO_8859_1);
    return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
  }
}
