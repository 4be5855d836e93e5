package dev.weirkeeper.audit.access;

/** What a request needs its maker to be allowed. */
public enum Right {
  /** Read. */
  VIEW,
  /** Submit, cancel, pause and resume tasks. */
  OPERATE,
  /** Decide on calls that wait for a person. */
  DECIDE,
  /** See who has access. */
  ADMINISTER
}
