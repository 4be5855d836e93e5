@NullMarked
package dev.weirkeeper.schemas.deadletter;

import org.jspecify.annotations.NullMarked;
