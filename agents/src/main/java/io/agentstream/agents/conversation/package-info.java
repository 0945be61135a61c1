/// The conversation as a pure machine: a state, a time and an input give the next state and what is to be done.
///
/// Nothing here may read a clock, make a random number, wait, log, count, or know Kafka, a voice or an engine.
@NullMarked
package io.agentstream.agents.conversation;

import org.jspecify.annotations.NullMarked;
