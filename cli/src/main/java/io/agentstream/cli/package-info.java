/// The command line that production ships: one class per command. A command says what it does, what went wrong and what to do
/// about it.
///
/// Nothing here knows how a service works, nor what only a developer's machine has: that brings its commands along
/// ([io.agentstream.cli.CommandProvider]).
@NullMarked
package io.agentstream.cli;

import org.jspecify.annotations.NullMarked;
