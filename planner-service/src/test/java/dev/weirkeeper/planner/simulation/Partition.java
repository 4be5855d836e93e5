package dev.weirkeeper.planner.simulation;

import dev.weirkeeper.planner.session.SessionEvent;
import dev.weirkeeper.planner.simulation.Log.Topic;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One partition of every session topic, and what its owners have committed. */
final class Partition {
  final Log log = new Log();

  /** The journals of its sessions, as far as they survive any crash. */
  final Map<String, List<SessionEvent>> journals = new LinkedHashMap<>();

  final Map<Topic, Integer> positions = new EnumMap<>(Topic.class);

  /** Which planner had it last, and whether it gave it up in peace; empty: nobody. */
  String lastOwner = "";

  boolean leftInPeace = true;

  Partition() {
    Topic.SESSION_INPUTS.forEach(topic -> positions.put(topic, 0));
  }

  void append(String session, SessionEvent event) {
    journals.computeIfAbsent(session, _ -> new ArrayList<>()).add(event);
  }
}
