package dev.weirkeeper.planner.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.planner.session.Remnant;
import dev.weirkeeper.schemas.chain.EventHash;
import org.junit.jupiter.api.Test;

final class LiveSessionsTest {

  private static final LiveSession SMALL = session("small");
  private static final long SIZE = SMALL.bytes();

  private static LiveSession session(String id) {
    return new LiveSession(id, Remnant.NONE, EventHash.NONE);
  }

  @Test
  void are_kept_while_they_fit() {
    LiveSessions live = new LiveSessions(2 * SIZE);
    LiveSession a = session("a");
    LiveSession b = session("b");
    live.keep(a);
    live.keep(b);
    live.keep(b);

    assertThat(live.get("a")).isSameAs(a);
    assertThat(live.get("b")).isSameAs(b);
  }

  @Test
  void make_room_by_dropping_what_has_not_been_used_for_longest() {
    LiveSessions live = new LiveSessions(2 * SIZE);
    live.keep(session("a"));
    live.keep(session("b"));
    assertThat(live.get("a")).isNotNull();
    live.keep(session("c"));

    assertThat(live.get("a")).isNotNull();
    assertThat(live.get("b")).isNull();
    assertThat(live.get("c")).isNotNull();
  }

  @Test
  void count_what_a_session_has_grown_to() {
    LiveSessions live = new LiveSessions(3 * SIZE);
    LiveSession growing = session("growing");
    live.keep(session("a"));
    live.keep(growing);
    growing.add(new byte[(int) (2 * SIZE)]);
    live.keep(growing);

    assertThat(live.get("a")).isNull();
    assertThat(live.get("growing")).isNotNull();
  }

  @Test
  void give_back_the_room_of_one_that_is_dropped() {
    LiveSessions live = new LiveSessions(2 * SIZE);
    live.keep(session("a"));
    live.keep(session("b"));
    live.drop("a");
    live.drop("a");
    live.keep(session("c"));

    assertThat(live.get("b")).isNotNull();
    assertThat(live.get("c")).isNotNull();
  }

  @Test
  void are_one_at_least_however_large_but_none_where_none_may_be() {
    LiveSessions tiny = new LiveSessions(1);
    tiny.keep(SMALL);
    LiveSessions none = new LiveSessions(0);
    none.keep(SMALL);

    assertThat(tiny.get("small")).isNotNull();
    assertThat(none.get("small")).isNull();
  }
}
