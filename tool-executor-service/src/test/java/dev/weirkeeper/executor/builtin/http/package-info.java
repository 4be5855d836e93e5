/** Tests of {@code http_request}: what it may reach, and above all what it may not. */
@NullMarked
package dev.weirkeeper.executor.builtin.http;

import org.jspecify.annotations.NullMarked;
