package dev.weirkeeper.system.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.system.workload.Workload;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ShortChaosTest {

  @Test
  void under_exactly_once_every_promise_is_kept_whatever_is_killed_paused_or_cut_off()
      throws Exception {
    ChaosReport report = ShortRuns.exactlyOnce().report();

    assertThat(report.passed()).as(report.text()).isTrue();
    assertThat(report.ends()).as(report.text()).containsKeys("complete", "cancelled");
  }

  @Test
  void under_at_least_once_every_promise_is_kept_as_well() throws Exception {
    ChaosReport report = ShortRuns.atLeastOnce().report();

    assertThat(report.passed()).as(report.text()).isTrue();
    assertThat(report.ends()).as(report.text()).containsKeys("complete", "cancelled");
  }

  @Test
  void the_same_seed_gives_the_same_load_and_the_same_faults() {
    Schedule.Amount amount = Schedule.Amount.around(20, true);

    assertThat(Schedule.of(7, amount)).isEqualTo(Schedule.of(7, amount));
    assertThat(Schedule.of(7, amount)).isNotEqualTo(Schedule.of(8, amount));
    assertThat(Workload.jobs("s", 7, 100)).isEqualTo(Workload.jobs("s", 7, 100));
    assertThat(Workload.jobs("s", 7, 100)).isNotEqualTo(Workload.jobs("s", 8, 100));
  }

  @Test
  void a_load_has_every_kind_of_session_and_a_schedule_kills_every_kind_of_process() {
    assertThat(Workload.mix(Workload.jobs("s", 1, Workload.mixed().size())).keySet())
        .containsExactlyElementsOf(Workload.mixed());

    List<Fault.Victim> victims =
        Schedule.of(1, Schedule.Amount.around(Fault.Victim.values().length, false))
            .faults()
            .stream()
            .filter(Fault.Kill.class::isInstance)
            .map(fault -> ((Fault.Kill) fault).victim())
            .toList();
    assertThat(victims).contains(Fault.Victim.values());
  }
}
