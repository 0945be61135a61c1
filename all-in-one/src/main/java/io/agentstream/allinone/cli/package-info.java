/// The command line: one class per command. A command says what it does, what went wrong and what to do about it.
///
/// Nothing here knows how a service works.
@NullMarked
package io.agentstream.allinone.cli;

import org.jspecify.annotations.NullMarked;
