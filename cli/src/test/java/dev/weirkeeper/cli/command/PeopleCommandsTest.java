package dev.weirkeeper.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.cli.command.OnAStack.Commands;
import dev.weirkeeper.cli.command.OnAStack.Ran;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(OnAStack.class)
final class PeopleCommandsTest {

  private final Commands commands;

  PeopleCommandsTest(Commands commands) {
    this.commands = commands;
  }

  @Test
  void an_approved_call_runs_and_the_log_names_the_approver() {
    String call = commands.waitingCall();

    Ran approved = commands.weir("approve", call, "--as", "ann");

    assertThat(approved.exit()).isZero();
    assertThat(approved.out())
        .contains("approve written for delete_record {\"id\":\"u_012\",\"table\":\"users\"}")
        .contains("the planner: ", "ann");
    assertThat(commands.weir("approvals").out()).doesNotContain(call);
  }

  @Test
  void a_call_is_decided_once() {
    String call = commands.waitingCall();
    commands.weir("reject", call, "--reason", "ask first", "--as", "ann");

    Ran again = commands.weir("approve", call, "--as", "bob");

    assertThat(again.exit()).isEqualTo(1);
    assertThat(again.err())
        .isEqualTo(
            "weir: nothing was written: ann has decided on call %s already (reject)\n"
                .formatted(call));
    assertThat(commands.until(ran -> ran.out().contains("complete"), "show", session(call)).out())
        .contains("rejected: ask first");
  }

  @Test
  void other_arguments_are_checked_before_anything_is_written() {
    String call = commands.waitingCall();

    Ran broken = commands.weir("approve", call, "--arguments", "{\"table\":");
    Ran list = commands.weir("approve", call, "--arguments", "[1]");

    assertThat(broken.exit()).isEqualTo(2);
    assertThat(broken.err()).startsWith("weir: --arguments is not JSON: ");
    assertThat(list.err()).isEqualTo("weir: --arguments must be a JSON object\n");
    assertThat(commands.weir("approvals").out()).contains(call);
    commands.weir("reject", call);
  }

  @Test
  void a_call_that_nobody_asked_about_is_not_found() {
    Ran ran = commands.weir("approve", "nobody/1/0");

    assertThat(ran.exit()).isEqualTo(4);
    assertThat(ran.err()).contains("no approval was asked for call nobody/1/0", "weir approvals");
    assertThat(commands.weir("approve", "nonsense").exit()).isEqualTo(2);
  }

  @Test
  void a_waiting_call_as_json_has_everything_a_person_needs() {
    String call = commands.waitingCall();

    assertThat(commands.weir("approvals", "--json").json())
        .filteredOn(waiting -> waiting.path("call_id").stringValue().equals(call))
        .singleElement()
        .satisfies(
            waiting -> {
              assertThat(waiting.path("tool").stringValue()).isEqualTo("delete_record");
              assertThat(waiting.path("arguments").stringValue()).contains("u_012");
              assertThat(waiting.path("expires_at").stringValue()).endsWith("Z");
            });
    commands.weir("reject", call);
  }

  private static String session(String call) {
    return call.substring(0, call.indexOf('/'));
  }
}
