/**
 * What the planner decides, scenario by scenario.
 *
 * <p>A scenario is a {@link dev.weirkeeper.planner.session.Story}: events in, effects out, in the
 * words of the wire. Start with EndsTest. A scenario that is marked {@link
 * dev.weirkeeper.planner.session.Golden} is also kept as a recorded history under {@code
 * src/test/resources/golden}, which every later build replays.
 */
@NullMarked
package dev.weirkeeper.planner.session;

import org.jspecify.annotations.NullMarked;
