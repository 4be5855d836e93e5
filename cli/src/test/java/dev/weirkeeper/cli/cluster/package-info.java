@NullMarked
package dev.weirkeeper.cli.cluster;

import org.jspecify.annotations.NullMarked;
