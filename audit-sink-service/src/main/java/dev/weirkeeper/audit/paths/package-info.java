/** Which ways agents take through their tools, and what a fixed way would save. */
@NullMarked
package dev.weirkeeper.audit.paths;

import org.jspecify.annotations.NullMarked;
