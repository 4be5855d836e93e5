/**
 * Settings of a service: declared once, read from a properties file and the environment, checked
 * all at once.
 *
 * <p>A service declares each of its keys as a {@link Setting} constant, collects them in a {@link
 * Catalogue}, and builds one immutable record of its own from the {@link Settings} it is given.
 * Nothing else in a service reads the environment or system properties.
 *
 * <p>Invariants: every problem of a start-up is reported in one {@link ConfigurationException};
 * values of {@link Secret} settings appear in no message; what a key means, its default and its
 * range stand only where the key is declared, and the tables in the documents are generated from
 * there.
 *
 * <p>Start with {@link Settings}.
 */
@NullMarked
package dev.weirkeeper.operations.config;

import org.jspecify.annotations.NullMarked;
