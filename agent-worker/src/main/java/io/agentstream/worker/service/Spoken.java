package io.agentstream.worker.service;

import io.agentstream.schemas.Slice;
import java.util.List;

/// What a [Mouth] tells of one utterance.
public sealed interface Spoken {

    /// The next audio: mu-law, 8 kHz, of any length, usually much faster than it sounds.
    ///
    /// @param muLaw not empty
    record Audio(Slice muLaw) implements Spoken {}

    /// When words of the utterance sound, counted from its first audio, later ones behind earlier ones. Before or behind the audio that
    /// they are in. Services that have none send none: then the time is shared out by the length of the words, by whoever wants it.
    record Words(List<TimedWord> words) implements Spoken {
        public Words {
            words = List.copyOf(words);
        }
    }

    /// All was told.
    record Done(Usage usage) implements Spoken {}

    /// The rest will not come. What was told before it holds.
    record Failed(ServiceFailure failure, Usage usage) implements Spoken {}
}
