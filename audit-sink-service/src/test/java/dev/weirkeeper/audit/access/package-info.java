@NullMarked
package dev.weirkeeper.audit.access;

import org.jspecify.annotations.NullMarked;
