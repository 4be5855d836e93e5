/**
 * The {@code ask_human} tool: a question to a person. It is declared and published here, like every
 * tool, and never run here: the planner turns a call into an approval request of kind {@code
 * QUESTION}, and a person's answer is its result. Start with {@link
 * dev.weirkeeper.executor.builtin.people.AskHuman}.
 */
@NullMarked
package dev.weirkeeper.executor.builtin.people;

import org.jspecify.annotations.NullMarked;
