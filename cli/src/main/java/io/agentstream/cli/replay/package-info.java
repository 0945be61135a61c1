/// A run's timeline as a person reads it in a terminal. Knows neither commands nor where it comes from.
@NullMarked
package io.agentstream.cli.replay;

import org.jspecify.annotations.NullMarked;
