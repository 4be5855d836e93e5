package dev.weirkeeper.planner.dialect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.planner.dialect.ServerSentEvents.Event;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ServerSentEventsTest {

  private static List<Event> events(String text) throws UnusableReplyException {
    ServerSentEvents events = new ServerSentEvents(100);
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    events.feed(bytes, 0, bytes.length);
    List<Event> all = new ArrayList<>();
    for (var event = events.next(); event != null; event = events.next()) {
      all.add(event);
    }
    return all;
  }

  @Test
  void end_with_a_blank_line() throws Exception {
    assertThat(events("event: a\ndata: 1\n\ndata: 2\n\ndata: 3\n"))
        .containsExactly(new Event("a", "1"), new Event("", "2"));
  }

  @Test
  void may_have_several_lines_of_data() throws Exception {
    assertThat(events("data: 1\ndata\ndata:  2\n\n")).containsExactly(new Event("", "1\n\n 2"));
  }

  @Test
  void without_data_are_none() throws Exception {
    assertThat(events("event: a\n\nevent: b\ndata: 1\n\n")).containsExactly(new Event("b", "1"));
  }

  @Test
  void skip_comments_unknown_fields_and_a_byte_order_mark() throws Exception {
    assertThat(events("\uFEFF: keep-alive\nid: 7\nretry: 10\ndata: 1\nfuture\n\n"))
        .containsExactly(new Event("", "1"));
  }

  @Test
  void may_end_lines_in_three_ways_at_once() throws Exception {
    assertThat(events("data: 1\r\n\r\ndata: 2\r\rdata: 3\n\n"))
        .containsExactly(new Event("", "1"), new Event("", "2"), new Event("", "3"));
  }

  @Test
  void that_are_too_long_are_refused() {
    assertThatThrownBy(() -> events("data: " + "x".repeat(200)))
        .isInstanceOf(UnusableReplyException.class)
        .hasMessageContaining("longer than 100");
    assertThatThrownBy(() -> events(("data: " + "x".repeat(40) + "\n").repeat(4)))
        .isInstanceOf(UnusableReplyException.class);
  }
}
