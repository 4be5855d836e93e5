package dev.weirkeeper.cli.cluster;

import java.util.Optional;

/**
 * One thing a doctor looked at.
 *
 * @param subject what was looked at
 * @param state how it is
 * @param found what was found, in words
 * @param fix what to do; absent if nothing is needed
 */
public record Examination(String subject, State state, String found, Optional<String> fix) {

  /** How something is. */
  public enum State {
    /** As it should be. */
    WELL,
    /** Works, with something to know. */
    NOTE,
    /** Does not work. */
    ILL
  }

  static Examination well(String subject, String found) {
    return new Examination(subject, State.WELL, found, Optional.empty());
  }

  static Examination note(String subject, String found, String fix) {
    return new Examination(subject, State.NOTE, found, Optional.of(fix));
  }

  static Examination ill(String subject, String found, String fix) {
    return new Examination(subject, State.ILL, found, Optional.of(fix));
  }
}
