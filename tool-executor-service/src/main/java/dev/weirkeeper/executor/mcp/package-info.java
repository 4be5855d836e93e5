/**
 * The tools of MCP servers, served like an executor's own.
 *
 * <p>Which servers is said in a YAML file ({@link dev.weirkeeper.executor.mcp.McpFile}); what of
 * them may be served, in a lock file beside it ({@link dev.weirkeeper.executor.mcp.McpLock}) that
 * holds every accepted definition with its hash. An executor offers what the lock says, whether the
 * server is up or not; when it connects it compares, and a tool whose definition is no longer the
 * accepted one is not run until somebody accepts it again.
 *
 * <p>Both protocols are spoken by one small client: the stateless one of 2026-07-28, and the one
 * with a session of 2025-11-25 and before, over a server's standard streams ({@link
 * dev.weirkeeper.executor.mcp.StdioLink}) and over HTTP ({@link
 * dev.weirkeeper.executor.mcp.HttpLink}). No OAuth, no resources or prompts, and nothing that a
 * server asks of its client: sampling, roots and elicitation are refused.
 *
 * <p>Invariants: a server's process gets no environment but the one in the file; what a server
 * sends is bounded before it is kept; a hint of a server that is not marked as trusted makes no
 * tool safer than destructive; a request that may have been received is only sent again for a tool
 * that may be repeated, by the executor and with a new id.
 *
 * <p>Start with {@link dev.weirkeeper.executor.mcp.McpTools}.
 *
 * @see <a href="https://modelcontextprotocol.io/specification/2026-07-28">MCP 2026-07-28</a>
 * @see <a href="https://modelcontextprotocol.io/specification/2025-11-25">MCP 2025-11-25</a>
 */
@NullMarked
package dev.weirkeeper.executor.mcp;

import org.jspecify.annotations.NullMarked;
