/// Text to telephone audio, without a network.
///
/// Nothing here may know Kafka, a call or an engine, play sound on this machine, or write to the console.
@NullMarked
package io.agentstream.audio.voice;

import org.jspecify.annotations.NullMarked;
