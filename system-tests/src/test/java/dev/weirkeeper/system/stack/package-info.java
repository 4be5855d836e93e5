/**
 * A whole local stack for JUnit tests: one per JVM, shared by all test classes that ask for it,
 * started when the first one does.
 *
 * <p>Test classes keep out of each other's way by session ids of their own. Start with {@link
 * dev.weirkeeper.system.stack.WithStack}.
 */
@NullMarked
package dev.weirkeeper.system.stack;

import org.jspecify.annotations.NullMarked;
