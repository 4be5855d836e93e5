package dev.weirkeeper.planner.dialect;

import java.nio.charset.StandardCharsets;

/**
 * What stands around the fragments in a request. The request is the head, then the leading fragment
 * and the transcript's fragments with commas between them, then the tail. The arrays are shared:
 * nobody may change them.
 */
public final class Frame {

  private final byte[] head;
  private final byte[] leading;
  private final String beforeLimit;
  private final String afterLimit;

  Frame(String head, String leading, String beforeLimit, String afterLimit) {
    this.head = head.getBytes(StandardCharsets.UTF_8);
    this.leading = leading.getBytes(StandardCharsets.UTF_8);
    this.beforeLimit = beforeLimit;
    this.afterLimit = afterLimit;
  }

  /** The same for every step of a session: all down to the start of the array of messages. */
  public byte[] head() {
    return head;
  }

  /** A first message that the format wants before the transcript; empty: none. */
  public byte[] leading() {
    return leading;
  }

  /** What follows the fragments. */
  public byte[] tail(long maxOutputTokens) {
    return (beforeLimit + maxOutputTokens + afterLimit).getBytes(StandardCharsets.UTF_8);
  }
}
