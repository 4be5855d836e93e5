package dev.weirkeeper.executor.worker;

import java.util.regex.Pattern;

/**
 * The Kafka client id of a group's member, from which its executor can be told: an executor can be
 * several members of a share group.
 */
public final class MemberName {

  private static final Pattern LANE = Pattern.compile("\\.lane-\\d+$");

  private MemberName() {}

  /** The client id of one of an executor's members. */
  static String lane(String executor, int number) {
    return executor + ".lane-" + number;
  }

  /** The executor that a member with this client id belongs to. */
  public static String executor(String clientId) {
    return LANE.matcher(clientId).replaceFirst("");
  }
}
