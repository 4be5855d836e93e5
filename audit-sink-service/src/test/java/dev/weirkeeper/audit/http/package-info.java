@NullMarked
package dev.weirkeeper.audit.http;

import org.jspecify.annotations.NullMarked;
