package io.agentstream.schemas;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The two keys of a call, as whoever may read it holds them. Either is null once it is destroyed. Does not print. Any thread.
///
/// @param media of what is heard, both ways, and of the keys that the caller presses
/// @param words of numbers, parameters and words
public record CallSecrets(@Nullable SealKey media, @Nullable SealKey words) {

    /// New keys for a new call.
    public static CallSecrets generate(SecureRandom random) {
        return new CallSecrets(SealKey.generate(random), SealKey.generate(random));
    }

    /// The keys of an installation, under which those of calls travel and rest: the first wraps, all of them unwrap. Any thread.
    public static final class Wrapping {

        private final List<SealKey> keys;
        private final SecureRandom random = new SecureRandom();

        /// @param keys newest first
        public Wrapping(List<SealKey> keys) {
            if (keys.isEmpty()) {
                throw new IllegalArgumentException("no key to wrap with");
            }
            this.keys = List.copyOf(keys);
        }

        public CallSecrets generate() {
            return CallSecrets.generate(random);
        }

        public CallKeys wrap(CallId callId, Instant at, CallSecrets secrets) {
            return new CallKeys(callId, at, wrap(callId, "media", secrets.media()), wrap(callId, "words", secrets.words()));
        }

        private @Nullable String wrap(CallId callId, String what, @Nullable SealKey key) {
            return key == null ? null : key.wrappedBy(keys.getFirst(), place(callId, what), random);
        }

        /// The keys; nothing where one is there and none of ours opens it.
        public Optional<CallSecrets> unwrap(CallKeys wrapped) {
            Optional<SealKey> media = unwrap(wrapped.callId(), "media", wrapped.media());
            Optional<SealKey> words = unwrap(wrapped.callId(), "words", wrapped.words());
            boolean foreign = (wrapped.media() != null && media.isEmpty()) || (wrapped.words() != null && words.isEmpty());
            return foreign ? Optional.empty() : Optional.of(new CallSecrets(media.orElse(null), words.orElse(null)));
        }

        /// The key of words; nothing where it is destroyed, or none of ours opens it.
        public Optional<SealKey> words(CallKeys wrapped) {
            return unwrap(wrapped.callId(), "words", wrapped.words());
        }

        /// Whether the key that wraps now has wrapped what is left of them.
        public boolean isNewest(CallKeys wrapped) {
            return new Wrapping(List.of(keys.getFirst())).unwrap(wrapped).isPresent();
        }

        private Optional<SealKey> unwrap(CallId callId, String what, @Nullable String wrapped) {
            return wrapped == null
                    ? Optional.empty()
                    : keys.stream().flatMap(key -> key.unwrap(wrapped, place(callId, what)).stream()).findFirst();
        }

        private static byte[] place(CallId callId, String what) {
            return ("call key|" + what + "|" + callId).getBytes(StandardCharsets.UTF_8);
        }
    }
}
