package dev.weirkeeper.cli.stack;

import dev.weirkeeper.operations.config.Given;
import dev.weirkeeper.operations.config.Settings;
import dev.weirkeeper.planner.provider.ProviderSettings;
import java.util.Optional;

/** Which model the default agent of a local stack talks to. */
public enum ModelAccess {
  /** Anthropic, or what speaks its format. */
  ANTHROPIC,
  /** OpenAI, or what speaks its format. */
  OPENAI,
  /** The rehearsal model: no key is there. */
  REHEARSAL;

  /** Anthropic if there is a key or an address for it, then OpenAI, then the rehearsal model. */
  public static ModelAccess of(Given given) {
    Settings settings = Settings.read(ProviderSettings.CATALOGUE, given);
    ProviderSettings provider = ProviderSettings.from(settings);
    if (provider.anthropic().key().isPresent()
        || !isDefault(provider.anthropic(), ProviderSettings.ANTHROPIC_BASE_URL.defaultText())) {
      return ANTHROPIC;
    }
    if (provider.openAi().key().isPresent()
        || !isDefault(provider.openAi(), ProviderSettings.OPENAI_BASE_URL.defaultText())) {
      return OPENAI;
    }
    return REHEARSAL;
  }

  /** What people are told at the start; empty if there is nothing to say. */
  public Optional<String> notice() {
    return this == REHEARSAL
        ? Optional.of(
            "no ANTHROPIC_API_KEY or OPENAI_API_KEY is set: the rehearsal model answers, from rules, at no cost")
        : Optional.empty();
  }

  private static boolean isDefault(ProviderSettings.Endpoint endpoint, String address) {
    return endpoint.baseUrl().toString().equals(address);
  }
}
