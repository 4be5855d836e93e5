/**
 * What happens now, for those who watch: records of the log as soon as they are stored.
 *
 * <p>One reader serves all who watch. It looks at the offsets the sink commits together with its
 * rows, so whoever is told of a record finds it in the store, whichever instance stored it. Nobody
 * who reads slowly holds up anybody else: a watcher that falls behind by more than its queue is
 * dropped, and goes on from the mark of the last thing it saw.
 *
 * <p>Start with {@link dev.weirkeeper.audit.live.LiveFeed}.
 */
@NullMarked
package dev.weirkeeper.audit.live;

import org.jspecify.annotations.NullMarked;
