/// What a caller has said or keyed in, understood as a value of a kind, and how it is read back. Pure functions of text, language and
/// day: no clock, no log, no service.
@NullMarked
package io.agentstream.agents.capture;

import org.jspecify.annotations.NullMarked;
