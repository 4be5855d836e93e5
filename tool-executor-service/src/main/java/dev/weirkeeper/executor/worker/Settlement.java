package dev.weirkeeper.executor.worker;

/** What became of a delivery. */
enum Settlement {
  /** Answered or put aside: never to be delivered again. */
  DONE,
  /** Not begun or not finished: to be delivered again, to whoever is free. */
  HANDED_BACK
}
