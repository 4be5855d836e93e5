package dev.weirkeeper.planner.session;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The scenario is kept as a recorded history, named after the test method.
 *
 * <p>To record a new one: write the scenario, mark it, and run it once with {@code
 * -Dgolden.record=true}. A history that exists is never written again; if a decision is meant to
 * change, delete the file, say why in the commit, and record it anew.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Golden {}
