package dev.weirkeeper.planner.provider;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import javax.net.SocketFactory;

/**
 * Sockets that send at once. A request is written in several pieces, and by default TCP holds a
 * small piece back until the one before it is acknowledged, which the other side in turn delays: 40
 * ms lost in every request.
 */
final class PromptSockets extends SocketFactory {

  @Override
  public Socket createSocket() throws IOException {
    Socket socket = new Socket();
    socket.setTcpNoDelay(true);
    return socket;
  }

  @Override
  public Socket createSocket(String host, int port) throws IOException {
    return atOnce(new Socket(host, port));
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress local, int localPort)
      throws IOException {
    return atOnce(new Socket(host, port, local, localPort));
  }

  @Override
  public Socket createSocket(InetAddress host, int port) throws IOException {
    return atOnce(new Socket(host, port));
  }

  @Override
  public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort)
      throws IOException {
    return atOnce(new Socket(host, port, local, localPort));
  }

  private static Socket atOnce(Socket socket) throws IOException {
    socket.setTcpNoDelay(true);
    return socket;
  }
}
