package dev.weirkeeper.executor.tool;

import java.time.Duration;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Contexts for calls that no executor runs. */
final class TrialContexts {

  private TrialContexts() {}

  static ToolContext any() {
    return new ToolContext() {
      @Override
      public String callId() {
        return "s/1/0";
      }

      @Override
      public String sessionId() {
        return "s";
      }

      @Override
      public String taskId() {
        return "t";
      }

      @Override
      public String tenant() {
        return "acme";
      }

      @Override
      public String agent() {
        return "tester";
      }

      @Override
      public int attempt() {
        return 1;
      }

      @Override
      public Instant deadline() {
        return Instant.MAX;
      }

      @Override
      public Duration timeLeft() {
        return Duration.ofMinutes(1);
      }

      @Override
      public boolean cancelled() {
        return false;
      }

      @Override
      public Registration onCancel(Runnable action) {
        return () -> {};
      }

      @Override
      public void progress(String message) {}

      @Override
      public Logger logger() {
        return LoggerFactory.getLogger(TrialContexts.class);
      }
    };
  }
}
