package dev.weirkeeper.audit.alert;

import dev.weirkeeper.operations.config.Catalogue;
import dev.weirkeeper.operations.config.Problem;
import dev.weirkeeper.operations.config.Secret;
import dev.weirkeeper.operations.config.Setting;
import dev.weirkeeper.operations.config.Settings;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What is watched, and who is told.
 *
 * @param errorPercent share of a tenant's calls that fail; absent: not watched
 * @param errorWindow over which it is taken
 * @param errorLeastCalls fewer calls than this say nothing
 * @param approvalsWaiting approvals of a tenant that wait at once; absent: not watched
 * @param budgetPercents shares of a tenant's daily budget
 * @param webhook where alerts are sent; absent: nowhere
 * @param webhookSecret what they are signed with
 */
public record AlertConfig(
    Optional<Integer> errorPercent,
    Duration errorWindow,
    int errorLeastCalls,
    Optional<Integer> approvalsWaiting,
    List<Integer> budgetPercents,
    Optional<URI> webhook,
    Optional<Secret> webhookSecret) {

  private static final Setting<Optional<Integer>> ERROR_PERCENT =
      Setting.integer("audit.alerts.error-percent")
          .between("1", "100")
          .optional()
          .describedAs("alert when this share of a tenant's model and tool calls fails");

  private static final Setting<Duration> ERROR_WINDOW =
      Setting.duration("audit.alerts.error-window")
          .between("10s", "1d")
          .defaultsTo("5m")
          .describedAs("time over which that share is taken");

  private static final Setting<Integer> ERROR_LEAST =
      Setting.integer("audit.alerts.error-least-calls")
          .between("1", "1000000")
          .defaultsTo("20")
          .describedAs("calls in that time below which nothing is said");

  private static final Setting<Optional<Integer>> APPROVALS =
      Setting.integer("audit.alerts.approvals-waiting")
          .between("1", "1000000")
          .optional()
          .describedAs("alert when this many approvals of a tenant wait for a person");

  private static final Setting<List<Integer>> BUDGET =
      Setting.list("audit.alerts.budget-percents")
          .defaultsTo("80,100")
          .where(
              items -> items.stream().allMatch(item -> item.matches("[1-9][0-9]{0,2}")),
              "whole numbers from 1 to 999, separated by commas")
          .as(items -> items.stream().map(Integer::valueOf).toList())
          .describedAs("alert when a tenant has used these shares of its daily budget");

  private static final Setting<Optional<URI>> WEBHOOK =
      Setting.uri("audit.webhook.url")
          .where(WebhookTarget::allowed, "an https address, or http on the loopback interface")
          .optional()
          .describedAs("where every alert is sent, signed");

  private static final Setting<Optional<Secret>> WEBHOOK_SECRET =
      Setting.secret("audit.webhook.secret")
          .optional()
          .describedAs("what webhooks are signed with: whsec_ and base64, as receivers have it");

  /** The settings of this record. */
  public static final Catalogue CATALOGUE =
      Catalogue.of(
              ERROR_PERCENT, ERROR_WINDOW, ERROR_LEAST, APPROVALS, BUDGET, WEBHOOK, WEBHOOK_SECRET)
          .rule(AlertConfig::webhookIsSigned);

  private static Optional<Problem> webhookIsSigned(Settings settings) {
    if (settings.get(WEBHOOK).isEmpty()) {
      return Optional.empty();
    }
    Optional<Secret> secret = settings.get(WEBHOOK_SECRET);
    return secret.isPresent() && Signature.key(secret.get()).isPresent()
        ? Optional.empty()
        : Optional.of(
            new Problem(
                WEBHOOK_SECRET.key(),
                secret.isPresent() ? "***" : "nothing",
                "whsec_ and 24 to 64 bytes in base64, since a webhook is always signed"));
  }

  /** Takes this record's part of the service's settings. */
  public static AlertConfig from(Settings settings) {
    return new AlertConfig(
        settings.get(ERROR_PERCENT),
        settings.get(ERROR_WINDOW),
        settings.get(ERROR_LEAST),
        settings.get(APPROVALS),
        settings.get(BUDGET),
        settings.get(WEBHOOK),
        settings.get(WEBHOOK_SECRET));
  }
}
