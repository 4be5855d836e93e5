/** Tests of the calculator: values against mathematics, and a corpus of abuse. */
@NullMarked
package dev.weirkeeper.executor.builtin.calculator;

import org.jspecify.annotations.NullMarked;
