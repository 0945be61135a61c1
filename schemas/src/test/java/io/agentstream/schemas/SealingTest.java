package io.agentstream.schemas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.agentstream.schemas.Sealing.Opened;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What is sealed says nothing without its key, and all of it with it.
final class SealingTest {

    private static final SecureRandom RANDOM = new SecureRandom();

    private final SealKey key = SealKey.generate(RANDOM);
    private final SealKey other = SealKey.generate(RANDOM);

    @Test
    void everyEventComesBackAsItWas() {
        for (CallEvent event : Samples.CALL_EVENTS) {
            assertEquals(new Opened.Clear<>(event), Sealing.open(Sealing.seal(event, key), key));
        }
        for (ConversationEvent event : Samples.CONVERSATION_EVENTS) {
            assertEquals(new Opened.Clear<>(event), Sealing.open(Sealing.seal(event, key), key));
        }
        assertEquals(new Opened.Clear<>(Samples.RUNNING), Sealing.open(Sealing.seal(Samples.RUNNING, key), key));
        assertEquals(new Opened.Clear<>(Samples.SNAPSHOT), Sealing.open(Sealing.seal(Samples.SNAPSHOT, key), key));
    }

    @Test
    void nothingPersonalIsReadableInASealedRecord() {
        StringBuilder written = new StringBuilder();
        for (CallEvent event : Samples.CALL_EVENTS) {
            written.append(text(Topics.CALL_LIFECYCLE, Sealing.seal(event, key)));
        }
        for (ConversationEvent event : Samples.CONVERSATION_EVENTS) {
            written.append(text(Topics.CONVERSATION_EVENTS, Sealing.seal(event, key)));
        }
        RunEvent.Running run = Sealing.seal(Samples.RUNNING, key);
        written.append(text(Topics.RUN_EVENTS, run));
        written.append(text(Topics.CONVERSATION_SNAPSHOTS, Sealing.seal(
                new ConversationSnapshot(Samples.CALL, 6, Samples.AT, 5, run, Samples.SNAPSHOT.state(), null), key)));

        for (String personal : List.of("+15550100", "+15550199", "gold", "Hello.", "\"one\"")) {
            assertFalse(written.indexOf(personal) >= 0, personal);
        }
    }

    private static <V> String text(Topic<V> topic, V value) {
        return new String(topic.codec().encode(value), StandardCharsets.UTF_8);
    }

    @Test
    void anotherKeyOpensNothing() {
        assertInstanceOf(Opened.Foreign.class, Sealing.open(Sealing.seal(Samples.CALL_EVENTS.getFirst(), key), other));
        assertInstanceOf(Opened.Foreign.class, Sealing.open(Sealing.seal(Samples.RUNNING, key), other));
        assertInstanceOf(Opened.Foreign.class, Sealing.open(Sealing.seal(Samples.SNAPSHOT, key), other));
        assertNull(seal(other).open(seal(key).seal(audio(1))));
    }

    @Test
    void whatIsMovedToAnotherCallOrPlaceDoesNotOpen() {
        MediaFrame.SealedAudio a = seal(key).seal(audio(1));
        SocketCommand.SealedPlay p =
                seal(key).seal(new SocketCommand.Play(Samples.CALL, 1, 4, 160, Slice.of(new byte[160]), 7));

        assertNull(seal(key).open(new MediaFrame.SealedAudio(a.callId(), 2, a.atMs(), a.timestampMs(), a.sealed())));
        assertNull(seal(key).open(
                new MediaFrame.SealedAudio(CallId.of(1, 1, 1), a.seq(), a.atMs(), a.timestampMs(), a.sealed())));
        assertNull(seal(key).open(
                new SocketCommand.SealedPlay(p.callId(), p.turn(), p.seq(), p.frameBytes(), p.sealed(), 8)));
    }

    @Test
    void everyChangedBitOfAFrameIsSeen() {
        MediaFrame.SealedAudio a = seal(key).seal(audio(1));
        for (int bit = 0; bit < a.sealed().length() * 8; bit++) {
            byte[] changed = a.sealed().copy();
            changed[bit / 8] ^= (byte) (1 << (bit % 8));

            assertNull(seal(key).open(
                    new MediaFrame.SealedAudio(a.callId(), a.seq(), a.atMs(), a.timestampMs(), Slice.of(changed))));
        }
    }

    @Test
    void twoWritersOfOneCallNeverUseANonceTwice() {
        Set<String> nonces = new HashSet<>();
        FrameSeal worker = seal(key);
        FrameSeal zombie = seal(key);
        for (int n = 0; n < 5_000; n++) {
            SocketCommand.Play play = new SocketCommand.Play(Samples.CALL, 1, n, 160, Slice.of(new byte[4]), 7);
            nonces.add(new String(worker.seal(play).sealed().part(0, 12).copy(), StandardCharsets.ISO_8859_1));
            nonces.add(new String(zombie.seal(play).sealed().part(0, 12).copy(), StandardCharsets.ISO_8859_1));
        }

        assertEquals(10_000, nonces.size());
    }

    @Test
    void framesComeBackAsTheyWere() {
        FrameSeal seal = seal(key);
        MediaFrame.Digit digit = new MediaFrame.Digit(Samples.CALL, 3, 4, '#');
        SocketCommand.Play play = new SocketCommand.Play(Samples.CALL, 1, 0, 160, Slice.of(new byte[] {1, 2, 3}), 7);

        assertEquals(audio(9), seal.open(seal.seal(audio(9))));
        assertEquals(digit, seal.open(seal.seal(digit)));
        assertEquals(play, seal.open(seal.seal(play)));
        assertNotEquals(seal.seal(digit).sealed(), seal.seal(digit).sealed());
    }

    @Test
    void olderKeysOfTheInstallationStillUnwrap() {
        CallSecrets secrets = CallSecrets.generate(RANDOM);
        CallKeys wrapped = new CallSecrets.Wrapping(List.of(key)).wrap(Samples.CALL, Samples.AT, secrets);

        Optional<CallSecrets> opened = new CallSecrets.Wrapping(List.of(other, key)).unwrap(wrapped);

        FrameSeal writer = seal(secrets.media());
        assertEquals(audio(1), seal(opened.orElseThrow().media()).open(writer.seal(audio(1))));
        assertEquals(Optional.empty(), new CallSecrets.Wrapping(List.of(other)).unwrap(wrapped));
        assertEquals(Optional.empty(), new CallSecrets.Wrapping(List.of(key))
                .unwrap(new CallKeys(CallId.of(1, 1, 1), wrapped.at(), wrapped.media(), wrapped.words())));
    }

    private static FrameSeal seal(@org.jspecify.annotations.Nullable SealKey with) {
        return new FrameSeal(java.util.Objects.requireNonNull(with), RANDOM);
    }

    private static MediaFrame.Audio audio(long seq) {
        return new MediaFrame.Audio(Samples.CALL, seq, 5, 40, Slice.of(new byte[] {9, 8, 7}));
    }
}
