package dev.weirkeeper.schemas.registration;

import java.util.List;

/** How a subject of the catalogue stands in a registry. */
public sealed interface SubjectState {

  /** The subject. */
  String subject();

  /** This build's schema is one of the subject's versions. */
  record Registered(String subject, int id) implements SubjectState {}

  /** The registry does not know the subject yet and would take it. */
  record Absent(String subject) implements SubjectState {}

  /** This build's schema is not there yet and would become version {@code newest + 1}. */
  record Outdated(String subject, int newest) implements SubjectState {}

  /** The registry would refuse this build's schema. */
  record Refused(String subject, List<String> objections) implements SubjectState {}
}
