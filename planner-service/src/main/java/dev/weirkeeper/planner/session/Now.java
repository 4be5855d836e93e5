package dev.weirkeeper.planner.session;

/** A session and its task between two situations, while a step is being decided. */
record Now(Session session, Run run) {

  Now with(Session changed) {
    return new Now(changed, run);
  }

  Now with(Run changed) {
    return new Now(session, changed);
  }
}
