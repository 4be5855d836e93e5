package dev.weirkeeper.executor.worker;

import dev.weirkeeper.executor.call.Outcome;

/**
 * What a call is answered.
 *
 * @param tries runs in this executor, or as many as the journal says
 * @param fromJournal nothing was run for this answer
 */
record Answer(Outcome outcome, int tries, boolean fromJournal) {}
