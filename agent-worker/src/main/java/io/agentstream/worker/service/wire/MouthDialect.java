package io.agentstream.worker.service.wire;

import io.agentstream.runtime.Secret;
import io.agentstream.worker.service.ServiceFailure;
import io.agentstream.worker.service.TimedWord;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What is a vendor's own of speaking over a WebSocket that carries several utterances, each under an id. Any thread.
public interface MouthDialect {

    URI url();

    Map<String, String> proof(Secret key);

    /// The messages that open an utterance, before its first text.
    List<String> open(String id);

    /// The message with the next text.
    String say(String id, String text);

    /// The messages that say that there is no more text.
    List<String> end(String id);

    /// The messages that stop an utterance.
    List<String> cancel(String id);

    /// What keeps an idle connection open; null where nothing does.
    @Nullable String keepAlive();

    /// How often that is sent.
    int keepAliveMs();

    /// What a message means. May keep nothing: times of words are relative to what the message itself says.
    ///
    /// @throws ServiceException where it ends the connection
    List<Piece> read(String message) throws ServiceException;

    /// Whether a word's time counts from the audio of its message, not from the utterance's beginning.
    boolean timesCountFromTheirAudio();

    /// Something that a message says of an utterance.
    sealed interface Piece {

        String id();

        @SuppressWarnings("ArrayRecordComponent") // never compared
        record Audio(String id, byte[] muLaw) implements Piece {}

        record Words(String id, List<TimedWord> words) implements Piece {}

        /// Characters and their times, of which words are to be made: a word may be cut between two messages.
        record Letters(String id, List<TimedWord> letters) implements Piece {}

        record Done(String id) implements Piece {}

        record Failed(String id, ServiceFailure failure) implements Piece {}
    }
}
