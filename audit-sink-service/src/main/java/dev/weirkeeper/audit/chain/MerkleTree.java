package dev.weirkeeper.audit.chain;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;

/**
 * A Merkle tree over record digests, as RFC 6962 section 2.1 defines it: leaves and inner nodes are
 * hashed apart, and the left part of a tree is the largest full one.
 *
 * <p>The root is built while leaves come in, in memory that grows with the logarithm of their
 * number. Not thread-safe.
 */
public final class MerkleTree {

  private static final byte LEAF = 0;
  private static final byte NODE = 1;

  /** Roots of full subtrees from left to right, each with its height. */
  private final Deque<Subtree> subtrees = new ArrayDeque<>();

  private final MessageDigest sha256 = sha256();
  private long size;

  private static final class Subtree {
    final int height;
    final byte[] hash;

    Subtree(int height, byte[] hash) {
      this.height = height;
      this.hash = hash;
    }
  }

  /** Adds the digest of the next record. */
  public void add(byte[] digest) {
    Subtree added = new Subtree(0, leaf(sha256, digest));
    Subtree left = subtrees.peekLast();
    while (left != null && left.height == added.height) {
      subtrees.removeLast();
      added = new Subtree(added.height + 1, node(sha256, left.hash, added.hash));
      left = subtrees.peekLast();
    }
    subtrees.addLast(added);
    size++;
  }

  /** Number of leaves. */
  public long size() {
    return size;
  }

  /** The root over what was added so far, in hex; of nothing, the hash of nothing. */
  public String root() {
    if (subtrees.isEmpty()) {
      return HexFormat.of().formatHex(sha256.digest());
    }
    byte[] root = null;
    for (Subtree subtree : (Iterable<Subtree>) subtrees::descendingIterator) {
      root = root == null ? subtree.hash : node(sha256, subtree.hash, root);
    }
    return HexFormat.of().formatHex(root);
  }

  /**
   * The proof that one of the digests is under the root: the hashes beside its way up, lowest
   * first.
   *
   * @param index of the digest, from 0
   */
  public static List<String> proof(List<byte[]> digests, int index) {
    List<String> path = new ArrayList<>();
    prove(sha256(), digests, index, path);
    return path;
  }

  private static void prove(
      MessageDigest sha256, List<byte[]> digests, int index, List<String> path) {
    if (digests.size() == 1) {
      return;
    }
    int left = Integer.highestOneBit(digests.size() - 1);
    if (index < left) {
      prove(sha256, digests.subList(0, left), index, path);
      path.add(HexFormat.of().formatHex(hash(sha256, digests.subList(left, digests.size()))));
    } else {
      prove(sha256, digests.subList(left, digests.size()), index - left, path);
      path.add(HexFormat.of().formatHex(hash(sha256, digests.subList(0, left))));
    }
  }

  private static byte[] hash(MessageDigest sha256, List<byte[]> digests) {
    if (digests.size() == 1) {
      return leaf(sha256, digests.getFirst());
    }
    int left = Integer.highestOneBit(digests.size() - 1);
    return node(
        sha256,
        hash(sha256, digests.subList(0, left)),
        hash(sha256, digests.subList(left, digests.size())));
  }

  /** True if the proof leads from the digest to the root. */
  public static boolean proves(
      byte[] digest, long index, long size, List<String> proof, String root) {
    if (index < 0 || index >= size) {
      return false;
    }
    MessageDigest sha256 = sha256();
    byte[] hash = leaf(sha256, digest);
    long at = index;
    long last = size - 1;
    for (String sibling : proof) {
      if (last == 0 || !sibling.matches("[0-9a-f]{64}")) {
        return false;
      }
      byte[] other = HexFormat.of().parseHex(sibling);
      if (at % 2 == 1 || at == last) {
        hash = node(sha256, other, hash);
        while (at % 2 == 0 && at != 0) {
          at /= 2;
          last /= 2;
        }
      } else {
        hash = node(sha256, hash, other);
      }
      at /= 2;
      last /= 2;
    }
    return last == 0 && Arrays.equals(hash, HexFormat.of().parseHex(root));
  }

  private static byte[] leaf(MessageDigest sha256, byte[] digest) {
    sha256.update(LEAF);
    return sha256.digest(digest);
  }

  private static byte[] node(MessageDigest sha256, byte[] left, byte[] right) {
    sha256.update(NODE);
    sha256.update(left);
    return sha256.digest(right);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
