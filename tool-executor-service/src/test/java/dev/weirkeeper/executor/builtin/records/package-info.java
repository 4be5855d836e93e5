/** Tests of deleting records on a real PostgreSQL server. */
@NullMarked
package dev.weirkeeper.executor.builtin.records;

import org.jspecify.annotations.NullMarked;
