/// Telephone audio: mu-law, resampling, WAV files, and the question whether somebody speaks.
///
/// Nothing here may know Kafka, a call, an engine or a clock: time comes in with the audio. Only `Wav` touches files.
@NullMarked
package io.agentstream.audio;

import org.jspecify.annotations.NullMarked;
