package dev.weirkeeper.cli.command;

import dev.weirkeeper.cli.api.AuditApi;
import dev.weirkeeper.cli.cluster.ClusterAddress;
import dev.weirkeeper.cli.stack.DataDirectory;
import dev.weirkeeper.cli.trouble.ExitCode;
import dev.weirkeeper.cli.trouble.Trouble;
import dev.weirkeeper.operations.config.Catalogue;
import dev.weirkeeper.operations.config.Given;
import dev.weirkeeper.operations.config.Secret;
import dev.weirkeeper.operations.config.Settings;
import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the audit API is, as options of every command that asks it. */
final class ApiOptions {

  @Option(
      names = "--api",
      paramLabel = "URL",
      description = "audit API (default: that of the local stack that runs)")
  @Nullable String api;

  @Option(
      names = "--token",
      paramLabel = "TOKEN",
      description = "token for it; safer in the setting cli.audit-token, or in the environment")
  @Nullable String token;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "properties file with cli.audit-url and cli.audit-token")
  @Nullable Path config;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "data of a local stack (default: .weir)")
  Path data = DataDirectory.DEFAULT;

  /** The API that is meant. */
  AuditApi open() {
    Map<String, String> options = new LinkedHashMap<>();
    if (api != null) {
      options.put(ClusterAddress.AUDIT_URL.key(), api);
    }
    if (token != null) {
      options.put(ClusterAddress.AUDIT_TOKEN.key(), token);
    }
    Optional<Path> file = config != null ? Optional.of(config) : DataDirectory.running(data);
    // The file of a stack holds what else is needed to reach it, in sections of other services.
    Settings settings =
        Settings.read(
            Catalogue.of(ClusterAddress.AUDIT_URL, ClusterAddress.AUDIT_TOKEN),
            Given.from(file, System.getenv()).with(options));
    URI url =
        settings
            .get(ClusterAddress.AUDIT_URL)
            .orElseThrow(
                () ->
                    new Trouble(
                        ExitCode.UNREACHABLE,
                        "no stack runs on %s and no audit API is named: start one with weir up, or name one with --api or cli.audit-url"
                            .formatted(data)));
    Secret secret =
        settings
            .get(ClusterAddress.AUDIT_TOKEN)
            .orElseThrow(
                () ->
                    new Trouble(
                        ExitCode.USAGE,
                        "the audit API wants a token: give it with cli.audit-token, %s or --token; weir tokens create makes one"
                            .formatted(ClusterAddress.AUDIT_TOKEN.environmentName())));
    return new AuditApi(url, secret);
  }
}
