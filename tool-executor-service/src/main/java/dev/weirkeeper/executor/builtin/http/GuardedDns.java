package dev.weirkeeper.executor.builtin.http;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import okhttp3.Dns;

/**
 * Resolves a name and refuses it if any of its addresses is off limits: a name that stands for a
 * public and a private address at once is up to no good. The addresses returned are the ones
 * connected to; there is no second resolution.
 */
final class GuardedDns implements Dns {
  private final Dns resolver;
  private final AddressPolicy policy;

  GuardedDns(Dns resolver, AddressPolicy policy) {
    this.resolver = resolver;
    this.policy = policy;
  }

  /** The name stands for an address that this tool may not connect to. */
  static final class Refused extends UnknownHostException {
    private static final long serialVersionUID = 1L;

    Refused(String why) {
      super(why);
    }
  }

  @Override
  public List<InetAddress> lookup(String hostname) throws UnknownHostException {
    List<InetAddress> addresses = List.copyOf(resolver.lookup(hostname));
    for (InetAddress address : addresses) {
      Optional<String> refusal = policy.refusal(address);
      if (refusal.isPresent()) {
        throw new Refused(refusal.get());
      }
    }
    return addresses;
  }
}
