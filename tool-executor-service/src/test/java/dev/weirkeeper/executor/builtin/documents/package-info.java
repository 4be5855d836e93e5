/** Tests of document search: what it finds, and that nothing outside its folder can be read. */
@NullMarked
package dev.weirkeeper.executor.builtin.documents;

import org.jspecify.annotations.NullMarked;
