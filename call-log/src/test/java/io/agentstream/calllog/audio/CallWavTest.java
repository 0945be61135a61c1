package io.agentstream.calllog.audio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.calllog.RecordedCall;
import io.agentstream.calllog.audio.CallWav.Channels;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.Slice;
import io.agentstream.schemas.SocketCommand;
import io.agentstream.schemas.Topics;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The file of a call's sound, and parts of it.
final class CallWavTest {

    private static final CallId CALL = CallId.of(RecordedCall.START_MS, 1, 2);
    private static final long MINUTE_US = 60_000_000;

    /// Two minutes of talk on an uneven network: a turn every four seconds, of which every third is cut off.
    private static RecordedCall call() {
        RecordedCall log = new RecordedCall();
        Random random = new Random(7);
        long seq = 2;
        int turn = 1;
        long cutAtMs = -1;
        for (int i = 0; i < 6_000; i++) {
            long atMs = i * 20L;
            byte[] voice = new byte[160];
            random.nextBytes(voice);
            if (i % 200 == 50) {
                byte[] words = new byte[16_000];
                random.nextBytes(words);
                log.add(Topics.SOCKET_COMMANDS, atMs, new SocketCommand.Play(CALL, turn, 0, 160, Slice.of(words), 1));
                log.add(Topics.CALL_MEDIA, atMs, new MediaFrame.Playing(
                        CALL, seq++, RecordedCall.START_MS + atMs, turn, 1, 0, (RecordedCall.START_MS + atMs + 30) * 1_000));
                cutAtMs = atMs + (turn % 3 == 0 ? 700 : 2_030);
                turn++;
            }
            if (cutAtMs >= 0 && atMs >= cutAtMs) {
                log.add(Topics.CALL_MEDIA, atMs, new MediaFrame.Silence(
                        CALL, seq++, RecordedCall.START_MS + atMs, (RecordedCall.START_MS + cutAtMs) * 1_000));
                cutAtMs = -1;
            }
            if (i % 40 > 2) {
                log.add(Topics.CALL_MEDIA, atMs, new MediaFrame.Audio(
                        CALL, seq++, RecordedCall.START_MS + atMs + random.nextInt(15), atMs, Slice.of(voice)));
            }
        }
        return log;
    }

    private static byte[] read(RecordedCall log, CallSound.Part part) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (CallSound sound = CallSound.open(log, null, RecordedCall.START_MS * 1_000, 2 * MINUTE_US, part)) {
            for (byte[] piece = sound.next(); piece != null; piece = sound.next()) {
                out.writeBytes(piece);
            }
        }
        return out.toByteArray();
    }

    @ParameterizedTest
    @EnumSource(Channels.class)
    void aPartIsThatPartOfTheWholeWhereverItBegins(Channels channels) throws Exception {
        // given
        RecordedCall log = call();
        byte[] whole = read(log, CallSound.Part.whole(channels, 2 * MINUTE_US));
        assertEquals(CallWav.bytes(channels, CallAudio.samples(2 * MINUTE_US)), whole.length);
        Random random = new Random(11);

        for (int i = 0; i < 60; i++) {
            // when
            int from = i < 5 ? i * 21 : random.nextInt(whole.length);
            int until = Math.min(whole.length, from + 1 + random.nextInt(100_000));

            // then
            assertArrayEquals(
                    Arrays.copyOfRange(whole, from, until), read(log, new CallSound.Part(channels, from, until)), from + " to " + until);
        }
    }

    @Test
    void aCallThatIsLongerThanTheFormCanSayHasTheMostThatItCan() throws Exception {
        // given two days
        long samples = CallAudio.samples(48 * 60 * MINUTE_US);
        RecordedCall nothing = new RecordedCall();

        // when
        byte[] header;
        try (CallSound sound = CallSound.open(
                nothing, null, RecordedCall.START_MS * 1_000, 48 * 60 * MINUTE_US, new CallSound.Part(Channels.BOTH, 0, 44))) {
            header = sound.next();
        }

        // then
        ByteBuffer read = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);
        assertTrue(samples * 4 > 0xFFFF_FFFFL);
        assertEquals(0xFFFF_FFFFL - 44, Integer.toUnsignedLong(read.getInt(40)));
        assertEquals(0xFFFF_FFFFL - 8, Integer.toUnsignedLong(read.getInt(4)));
    }
}
