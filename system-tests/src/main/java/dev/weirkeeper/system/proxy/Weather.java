package dev.weirkeeper.system.proxy;

import java.time.Duration;

/** What a network does to the bytes that go through it. */
public sealed interface Weather {

  /** They go through at once. */
  record Fair() implements Weather {}

  /**
   * They come late, in their order.
   *
   * @param least of every piece
   * @param jitter a random time up to this is added
   */
  record Slow(Duration least, Duration jitter) implements Weather {}

  /**
   * They do not come until the weather changes. Connections stay open, and new ones are taken, as
   * far as either side can tell.
   */
  record Silent() implements Weather {}

  /** Every connection is reset, and every new one. */
  record Broken() implements Weather {}
}
