@NullMarked
package dev.weirkeeper.audit.store;

import org.jspecify.annotations.NullMarked;
