/** Tests of the the model client. */
@NullMarked
package dev.weirkeeper.planner.provider;

import org.jspecify.annotations.NullMarked;
