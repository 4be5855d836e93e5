package dev.weirkeeper.system.secrets;

import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Secrets of every kind, each with a core of letters and digits that stands nowhere else: a place
 * where the core is found holds the secret. Card numbers are their own core.
 */
final class PlantedSecrets {

  private static final String ALPHABET =
      "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";

  private final Random random = new Random(20261125);
  private final Map<String, String> byCore = new LinkedHashMap<>();

  /** As it stands in text, by what must not be found. */
  Map<String, String> all() {
    return byCore;
  }

  /** The next secrets of all kinds: each text holds one. */
  List<String> ofEveryKind() {
    List<String> texts = new ArrayList<>();
    texts.add(plant("sk-ant-api03-", core(32), ""));
    texts.add(plant("sk-proj-", core(40), ""));
    texts.add(plant("Authorization: Bearer ", core(40), ""));
    texts.add(plant("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI" + core(12) + ".", core(43), ""));
    texts.add(
        plant(
            "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADAN", core(60), "\n-----END PRIVATE KEY-----"));
    texts.add(plant("Cookie: session=", core(24), "; theme=dark"));
    texts.add(plant("AKIA", core(16).toUpperCase(java.util.Locale.ROOT), ""));
    texts.add(plant("ghp_", core(36), ""));
    texts.add(plant("xoxb-1234567890-", core(24), ""));
    texts.add(plant("postgres://app:", core(16), "@db.internal:5432/app"));
    texts.add(plant("{\"password\": \"", core(14), "\"}"));
    texts.add(plant("client_secret=", core(20), ""));
    texts.add(
        plant(
            "Basic ",
            Base64.getEncoder()
                .withoutPadding()
                .encodeToString(
                    ("u:" + core(16)).getBytes(java.nio.charset.StandardCharsets.UTF_8)),
            "=="));
    texts.add(plant("card ", card(), ""));
    return texts;
  }

  /** A secret that only its owner knows to be one. */
  String opaque() {
    String core = core(20);
    byCore.put(core, core);
    return core;
  }

  private String plant(String before, String core, String after) {
    byCore.put(core, before + core + after);
    return before + core + after;
  }

  private String core(int length) {
    StringBuilder core = new StringBuilder();
    // A digit early on, so that it is no word.
    core.append("q7");
    while (core.length() < length) {
      core.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
    }
    return core.toString();
  }

  private String card() {
    StringBuilder digits = new StringBuilder("4");
    while (digits.length() < 15) {
      digits.append(random.nextInt(10));
    }
    for (int check = 0; ; check++) {
      int sum = 0;
      String number = digits.toString() + check;
      for (int i = 0; i < 16; i++) {
        int digit = number.charAt(15 - i) - '0';
        digit = i % 2 == 1 ? digit * 2 : digit;
        sum += digit > 9 ? digit - 9 : digit;
      }
      if (sum % 10 == 0) {
        return number;
      }
    }
  }
}
