/**
 * A broker and a schema registry for JUnit tests: one of each per JVM, shared by all test classes
 * that ask for it, started when the first one does.
 *
 * <p>Test classes keep out of each other's way by a topic prefix of their own. Start with {@link
 * dev.weirkeeper.local.junit.WithBroker}.
 */
@NullMarked
package dev.weirkeeper.local.junit;

import org.jspecify.annotations.NullMarked;
