package dev.weirkeeper.system.check;

import java.util.function.BiConsumer;

/** A promise that can be checked. */
interface Rule {

  /**
   * Looks for what breaks it.
   *
   * @param broken told what it is about and what is wrong
   */
  void check(History history, BiConsumer<String, String> broken);
}
