/**
 * Exact money and token counts. Amounts are integers of a billionth of a US dollar; nothing here
 * rounds down a cost. It knows no price book and no provider: a {@link
 * dev.weirkeeper.planner.money.Tariff} is handed in. Imports the JDK only.
 */
@NullMarked
package dev.weirkeeper.planner.money;

import org.jspecify.annotations.NullMarked;
