/** Tests of the tools' database on a real PostgreSQL server, which all tests of this JVM share. */
@NullMarked
package dev.weirkeeper.executor.builtin.database;

import org.jspecify.annotations.NullMarked;
