/** Tests of the SQL tools against a real PostgreSQL server, among them a corpus of attacks. */
@NullMarked
package dev.weirkeeper.executor.builtin.sql;

import org.jspecify.annotations.NullMarked;
