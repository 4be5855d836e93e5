package dev.weirkeeper.system.proxy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A proxy on the loopback address for one server. Connections to it are connections to the server,
 * in the current {@linkplain Weather weather}. Thread-safe.
 */
public final class TcpProxy implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(TcpProxy.class);
  private static final int BUFFER = 64 * 1024;
  private static final int PIECES = 256;
  private static final int CONNECT_MILLIS = 2_000;

  private final String name;
  private final InetSocketAddress target;
  private final ServerSocket listener;
  private final Set<Link> links = ConcurrentHashMap.newKeySet();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private volatile Weather weather = new Weather.Fair();
  private volatile boolean closed;

  private TcpProxy(String name, InetSocketAddress target, ServerSocket listener) {
    this.name = name;
    this.target = target;
    this.listener = listener;
  }

  /**
   * Starts a proxy.
   *
   * @param name for the log: who talks to whom
   * @param port where it listens; 0 takes a free one
   * @param target port of the server, which need not be there yet
   */
  public static TcpProxy start(String name, int port, int target) {
    try {
      ServerSocket listener = new ServerSocket();
      listener.setReuseAddress(true);
      listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      TcpProxy proxy =
          new TcpProxy(
              name, new InetSocketAddress(InetAddress.getLoopbackAddress(), target), listener);
      Thread.ofVirtual().name("proxy " + name).start(proxy::accept);
      return proxy;
    } catch (IOException e) {
      throw new UncheckedIOException("no proxy for " + name + " on port " + port, e);
    }
  }

  /** Who talks to whom. */
  public String name() {
    return name;
  }

  /** Where it listens. */
  public int port() {
    return listener.getLocalPort();
  }

  /** Open connections. */
  public int connections() {
    return links.size();
  }

  /** Changes the weather for all connections, those that are open and those to come. */
  public void turn(Weather next) {
    lock.lock();
    try {
      weather = next;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    if (next instanceof Weather.Broken) {
      reset();
    }
  }

  /** Resets every open connection, in any weather. New ones are not affected. */
  public void reset() {
    links.forEach(Link::reset);
  }

  @Override
  public void close() {
    closed = true;
    turn(new Weather.Broken());
    closeQuietly(listener);
  }

  private void accept() {
    try {
      while (!closed) {
        Socket client = listener.accept();
        Thread.ofVirtual().start(() -> connect(client));
      }
    } catch (IOException e) {
      if (!closed) {
        LOG.error("the proxy {} stopped listening", name, e);
      }
    }
  }

  private void connect(Socket client) {
    Link link = new Link(client, new Socket());
    links.add(link);
    try {
      if (weather instanceof Weather.Broken) {
        link.reset();
        return;
      }
      awaitEndOfSilence();
      client.setTcpNoDelay(true);
      link.server.connect(target, CONNECT_MILLIS);
      link.server.setTcpNoDelay(true);
      Thread back = Thread.ofVirtual().start(() -> pump(link, link.server, link.client));
      pump(link, link.client, link.server);
      back.join();
    } catch (IOException e) {
      link.reset();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      link.reset();
    } finally {
      links.remove(link);
    }
  }

  /** Some bytes and when they are due; none: there are no more. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Piece(byte[] bytes, long due) {
    static Piece end() {
      return new Piece(new byte[0], 0);
    }

    boolean last() {
      return bytes.length == 0;
    }
  }

  /** Carries one direction: one thread takes pieces in, this one gives them out when it is time. */
  private void pump(Link link, Socket from, Socket to) {
    BlockingQueue<Piece> pieces = new ArrayBlockingQueue<>(PIECES);
    Thread in = Thread.ofVirtual().start(() -> take(link, from, pieces));
    try {
      for (Piece piece = pieces.take(); !piece.last(); piece = pieces.take()) {
        long wait = piece.due - System.nanoTime();
        if (wait > 0) {
          Thread.sleep(wait / 1_000_000, (int) (wait % 1_000_000));
        }
        awaitEndOfSilence();
        to.getOutputStream().write(piece.bytes);
      }
      to.shutdownOutput();
    } catch (IOException e) {
      link.reset();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      link.reset();
    } finally {
      in.interrupt();
    }
  }

  private void take(Link link, Socket from, BlockingQueue<Piece> pieces) {
    byte[] buffer = new byte[BUFFER];
    try {
      for (int read = from.getInputStream().read(buffer);
          read >= 0;
          read = from.getInputStream().read(buffer)) {
        byte[] bytes = new byte[read];
        System.arraycopy(buffer, 0, bytes, 0, read);
        pieces.put(new Piece(bytes, System.nanoTime() + delayNanos()));
      }
      pieces.put(Piece.end());
    } catch (IOException e) {
      link.reset();
      var _ = pieces.offer(Piece.end());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private long delayNanos() {
    if (!(weather instanceof Weather.Slow(var least, var jitter))) {
      return 0;
    }
    long random = jitter.isZero() ? 0 : ThreadLocalRandom.current().nextLong(jitter.toNanos());
    return least.toNanos() + random;
  }

  private void awaitEndOfSilence() throws InterruptedException {
    if (!(weather instanceof Weather.Silent)) {
      return;
    }
    lock.lock();
    try {
      while (weather instanceof Weather.Silent) {
        changed.await();
      }
    } finally {
      lock.unlock();
    }
  }

  private static void closeQuietly(AutoCloseable socket) {
    try {
      socket.close();
    } catch (Exception e) {
      LOG.debug("closing a socket", e);
    }
  }

  /** A client's connection and ours to the server in its place. */
  private record Link(Socket client, Socket server) {

    void reset() {
      for (Socket socket : new Socket[] {client, server}) {
        try {
          // A reset rather than an orderly end, as when a machine or a wire dies.
          socket.setSoLinger(true, 0);
        } catch (IOException e) {
          LOG.debug("a socket was closed before it was reset", e);
        }
        closeQuietly(socket);
      }
    }
  }
}
