package dev.weirkeeper.system.chaos;

import dev.weirkeeper.system.proxy.Weather;
import java.time.Duration;

/** Something that goes wrong for a while. */
sealed interface Fault {

  /** Which of the processes: the n-th of its kind, counted round. */
  enum Victim {
    PLANNER,
    EXECUTOR,
    SINK,
    BROKER,
    POSTGRES,
    REGISTRY
  }

  /** A process dies at once and is started again after a while. */
  record Kill(Victim victim, int number, Duration down) implements Fault {}

  /**
   * A service dies by itself at a named instant of its work, and is started again after a while.
   *
   * @param point the fail-point, with hit and linger
   */
  record Die(Victim victim, int number, String point, Duration down) implements Fault {}

  /** A process is told to stop, and started again. */
  record Restart(Victim victim, int number) implements Fault {}

  /** A process stands still, without knowing it, and goes on. */
  record Freeze(Victim victim, int number, Duration still) implements Fault {}

  /** The network between two parts is bad for a while. */
  record Storm(String link, Weather weather, Duration lasts) implements Fault {}

  /** Every connection between two parts is reset. */
  record Reset(String link) implements Fault {}

  /** Records that are on a topic are produced again, as they are. */
  record Echo(String topic, int records) implements Fault {}

  /** A record that can't be read is produced. */
  record Poison(String topic, Bad bad) implements Fault {}

  /** What is wrong with a record. */
  enum Bad {
    EMPTY,
    NO_AVRO,
    UNKNOWN_SCHEMA,
    WRONG_TYPE,
    CUT,
    LONG
  }
}
