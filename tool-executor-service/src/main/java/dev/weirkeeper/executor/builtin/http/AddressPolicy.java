package dev.weirkeeper.executor.builtin.http;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;

/**
 * Which addresses a request may go to.
 *
 * <p>IPv4 by exclusion of IANA's special-purpose blocks, IPv6 by inclusion of global unicast less
 * the blocks in it that carry other addresses or are not routed.
 *
 * @see <a href="https://www.iana.org/assignments/iana-ipv4-special-registry/">IANA, IPv4</a>
 * @see <a href="https://www.iana.org/assignments/iana-ipv6-special-registry/">IANA, IPv6</a>
 */
enum AddressPolicy {
  /** Addresses of the public Internet only. */
  PUBLIC,
  /** Also private networks and this machine, for hosts that were listed as such one by one. */
  PRIVATE_TOO;

  /** What no setting opens: cloud metadata services, and addresses that are no single host. */
  private static final List<Block> NEVER =
      List.of(
          Block.of("0.0.0.0/8", "an unspecified address"),
          Block.of("169.254.0.0/16", "a link-local address, as metadata services have"),
          Block.of("168.63.129.16/32", "a cloud platform's service address"),
          Block.of("100.100.100.200/32", "a cloud platform's metadata service"),
          Block.of("192.0.0.192/32", "a cloud platform's metadata service"),
          Block.of("224.0.0.0/4", "a multicast address"),
          Block.of("240.0.0.0/4", "a reserved or broadcast address"),
          Block.of("fe80::/10", "a link-local address"),
          Block.of("fd00:ec2::254/128", "a cloud platform's metadata service"),
          Block.of("fd20:ce::254/128", "a cloud platform's metadata service"),
          Block.of("ff00::/8", "a multicast address"));

  private static final List<Block> NOT_PUBLIC =
      List.of(
          Block.of("10.0.0.0/8", "a private address"),
          Block.of("100.64.0.0/10", "a carrier's shared address"),
          Block.of("127.0.0.0/8", "a loopback address"),
          Block.of("172.16.0.0/12", "a private address"),
          Block.of("192.0.0.0/24", "a reserved address"),
          Block.of("192.0.2.0/24", "an address for documentation"),
          Block.of("192.88.99.0/24", "a relay's address"),
          Block.of("192.168.0.0/16", "a private address"),
          Block.of("198.18.0.0/15", "an address for benchmarks"),
          Block.of("198.51.100.0/24", "an address for documentation"),
          Block.of("203.0.113.0/24", "an address for documentation"),
          Block.of("2001::/23", "an address that carries another one or is not routed"),
          Block.of("2001:db8::/32", "an address for documentation"),
          Block.of("2002::/16", "an address that carries another one"),
          Block.of("3fff::/20", "an address for documentation"));

  private static final Block GLOBAL_UNICAST = Block.of("2000::/3", "a public address");
  private static final Block LOOPBACK = Block.of("::1/128", "a loopback address");
  private static final Block UNIQUE_LOCAL = Block.of("fc00::/7", "a private address");

  /** Why a request may not go to this address, or nothing if it may. */
  Optional<String> refusal(InetAddress address) {
    Optional<String> never = first(NEVER, address);
    if (never.isPresent()) {
      return never;
    }
    if (address instanceof Inet6Address
        && !GLOBAL_UNICAST.contains(address)
        && !(this == PRIVATE_TOO
            && (LOOPBACK.contains(address) || UNIQUE_LOCAL.contains(address)))) {
      return Optional.of("a private, loopback or translated address");
    }
    return this == PRIVATE_TOO ? Optional.empty() : first(NOT_PUBLIC, address);
  }

  private static Optional<String> first(List<Block> blocks, InetAddress address) {
    return blocks.stream().filter(block -> block.contains(address)).map(Block::what).findFirst();
  }

  /**
   * Addresses with a common prefix.
   *
   * @param prefix its bytes, the rest zero
   * @param bits its length
   * @param what such an address is, in words
   */
  private record Block(List<Byte> prefix, int bits, String what) {

    static Block of(String cidr, String what) {
      String[] parts = cidr.split("/", -1);
      try {
        // A literal address is not looked up.
        return new Block(bytes(InetAddress.getByName(parts[0])), Integer.parseInt(parts[1]), what);
      } catch (UnknownHostException e) {
        throw new IllegalStateException(cidr, e);
      }
    }

    boolean contains(InetAddress address) {
      List<Byte> bytes = bytes(address);
      if (bytes.size() != prefix.size()) {
        return false;
      }
      for (int bit = 0; bit < bits; bit++) {
        int mask = 0x80 >> (bit % 8);
        if (((bytes.get(bit / 8) ^ prefix.get(bit / 8)) & mask) != 0) {
          return false;
        }
      }
      return true;
    }

    /** Java itself turns an IPv4-mapped IPv6 address into the IPv4 address. */
    private static List<Byte> bytes(InetAddress address) {
      byte[] raw =
          switch (address) {
            case Inet4Address four -> four.getAddress();
            case Inet6Address six -> six.getAddress();
            default -> throw new IllegalArgumentException(address.toString());
          };
      Byte[] boxed = new Byte[raw.length];
      for (int i = 0; i < raw.length; i++) {
        boxed[i] = raw[i];
      }
      return List.of(boxed);
    }
  }
}
