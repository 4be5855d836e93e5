/** Tests of the user directory. */
@NullMarked
package dev.weirkeeper.executor.builtin.users;

import org.jspecify.annotations.NullMarked;
