/** Tests of health. */
@NullMarked
package dev.weirkeeper.operations.health;

import org.jspecify.annotations.NullMarked;
