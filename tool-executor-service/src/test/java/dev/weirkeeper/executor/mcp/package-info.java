/** Tests of MCP servers' tools. */
@NullMarked
package dev.weirkeeper.executor.mcp;

import org.jspecify.annotations.NullMarked;
