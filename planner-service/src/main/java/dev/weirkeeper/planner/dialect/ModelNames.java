package dev.weirkeeper.planner.dialect;

import java.util.regex.Pattern;

/** When two names mean one model. */
final class ModelNames {

  private static final Pattern DATE_AT_END =
      Pattern.compile("(?:[-@]20\\d{6}|-20\\d\\d-\\d\\d-\\d\\d|-latest)$");

  private ModelNames() {}

  /** True for equal names, a date at the end aside: an alias is answered under the dated name. */
  static boolean same(String one, String other) {
    return one.equals(other) || undated(one).equals(undated(other));
  }

  private static String undated(String name) {
    return DATE_AT_END.matcher(name).replaceFirst("");
  }
}
