/** Secrets planted everywhere, looked for everywhere. */
@NullMarked
package dev.weirkeeper.system.secrets;

import org.jspecify.annotations.NullMarked;
