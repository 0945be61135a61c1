/// The REST API, for commands that ask it: where it is and which key opens it, what it answers, and what a person is told where it does
/// not. Knows nothing of commands.
@NullMarked
package io.agentstream.cli.api;

import org.jspecify.annotations.NullMarked;
