package dev.weirkeeper.cli.command;

import java.util.concurrent.Callable;

/**
 * A command that another module brings along where it is on the class path: found as a service
 * ({@link java.util.ServiceLoader}), annotated with picocli's {@code @Command}. What it returns
 * becomes the exit code, as {@link dev.weirkeeper.cli.trouble.ExitCode} numbers them.
 */
public interface ExtraCommand extends Callable<Integer> {}
