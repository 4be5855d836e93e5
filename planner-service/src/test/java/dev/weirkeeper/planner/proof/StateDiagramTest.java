package dev.weirkeeper.planner.proof;

import dev.weirkeeper.planner.session.History;
import java.io.IOException;
import org.junit.jupiter.api.Test;

final class StateDiagramTest {
  @Test
  void the_committed_diagram_shows_what_the_histories_do() throws IOException {
    GeneratedPage.check("session-states.md", StateDiagram.page(History.all()));
  }
}
