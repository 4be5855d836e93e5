@NullMarked
package dev.weirkeeper.audit.query;

import org.jspecify.annotations.NullMarked;
