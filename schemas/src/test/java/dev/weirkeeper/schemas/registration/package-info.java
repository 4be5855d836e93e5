@NullMarked
package dev.weirkeeper.schemas.registration;

import org.jspecify.annotations.NullMarked;
