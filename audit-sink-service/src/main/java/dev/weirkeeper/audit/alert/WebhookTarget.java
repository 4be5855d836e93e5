package dev.weirkeeper.audit.alert;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.List;
import okhttp3.Dns;

/**
 * Where a webhook may go. The address is the operator's, never taken from data; still it must not
 * reach what only this machine can: the metadata services of clouds, which are link-local, and
 * addresses that name many or no machine. Plain HTTP goes to the loopback interface only.
 */
final class WebhookTarget {

  private WebhookTarget() {}

  /** True if the scheme and host of an address will do. */
  static boolean allowed(URI address) {
    String host = address.getHost();
    if (host == null || address.getUserInfo() != null) {
      return false;
    }
    return switch (String.valueOf(address.getScheme())) {
      case "https" -> true;
      case "http" -> host.equals("localhost") || host.startsWith("127.") || host.equals("[::1]");
      default -> false;
    };
  }

  /** Looks addresses up and refuses those that a webhook must not reach. */
  static final class Lookup implements Dns {
    @Override
    public List<InetAddress> lookup(String host) throws UnknownHostException {
      List<InetAddress> all = Dns.SYSTEM.lookup(host);
      for (InetAddress address : all) {
        if (address.isLinkLocalAddress()
            || address.isAnyLocalAddress()
            || address.isMulticastAddress()) {
          throw new UnknownHostException(
              host + " is " + address.getHostAddress() + ", where no webhook is sent");
        }
      }
      return all;
    }
  }
}
