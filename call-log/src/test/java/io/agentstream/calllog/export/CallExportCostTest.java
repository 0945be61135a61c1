package io.agentstream.calllog.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.audio.MuLaw;
import io.agentstream.calllog.CallSource;
import io.agentstream.calllog.LogRecord;
import io.agentstream.calllog.RecordedCall;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallSecrets;
import io.agentstream.schemas.ConversationEvent;
import io.agentstream.schemas.End;
import io.agentstream.schemas.FrameSeal;
import io.agentstream.schemas.JournalBatch;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.SealKey;
import io.agentstream.schemas.Sealing;
import io.agentstream.schemas.Slice;
import io.agentstream.schemas.SocketCommand;
import io.agentstream.schemas.Topic;
import io.agentstream.schemas.Topics;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What it costs to export a sealed call and to read it back: a call of two minutes, or of as many as `-Dexport.minutes` says. In a heap of
/// any size: `docs/performance.md` does it in a small one.
final class CallExportCostTest {

    private static final int FRAMES_PER_SECOND = 50;
    private static final double NS_PER_MS = 1e6;

    private static final int MINUTES = Integer.getInteger("export.minutes", 2);

    private final CallSecrets secrets = CallSecrets.generate(new SecureRandom());
    private final FrameSeal media = new FrameSeal(Objects.requireNonNull(secrets.media()), new SecureRandom());
    private final SealKey words = Objects.requireNonNull(secrets.words());

    /// Records that are made as they are asked for: both sides talk half of the time, ten seconds each.
    private final class Talk implements CallSource {

        @Override
        public Records open(Topic<?> topic) {
            int frames = MINUTES * 60 * FRAMES_PER_SECOND;
            Random noise = new Random(7);
            return new Records() {
                private int n;

                @Override
                public @Nullable LogRecord next() {
                    int at = n++;
                    long atMs = RecordedCall.START_MS + at * 20L;
                    if (topic.equals(Topics.CALL_MEDIA) && at < frames) {
                        return record(atMs, Topics.CALL_MEDIA.codec().encode(media.seal(new MediaFrame.Audio(
                                SampleCall.CALL, at + 2, atMs, at * 20L, voice(noise, at / 500 % 2 == 0)))));
                    }
                    if (topic.equals(Topics.SOCKET_COMMANDS) && at < frames / 2) {
                        long when = RecordedCall.START_MS + (at / 500 * 1_000 + 500 + at % 500) * 20L;
                        return record(when, Topics.SOCKET_COMMANDS.codec().encode(media.seal(new SocketCommand.Play(
                                SampleCall.CALL, at / 500 + 1, at % 500, 160, voice(noise, true), 1))));
                    }
                    if (topic.equals(Topics.CONVERSATION_EVENTS) && at < frames / 1_000) {
                        long after = at * 1_000L + 2;
                        return record(RecordedCall.START_MS + at * 20_000L, Topics.CONVERSATION_EVENTS.codec().encode(Sealing.seal(
                                new ConversationEvent.Heard(
                                        SampleCall.CALL, at + 1, after, SampleCall.at(at * 20_000L), at, "These are some words, number " + at
                                                + ".", null, 9_000L, 1), words)));
                    }
                    if (topic.equals(Topics.CALL_JOURNAL) && at < MINUTES * 12) {
                        byte[] entries = new byte[4_000];
                        noise.nextBytes(entries);
                        return record(RecordedCall.START_MS + at * 5_000L, Topics.CALL_JOURNAL.codec().encode(Sealing.seal(new JournalBatch(
                                SampleCall.CALL, JournalBatch.CONVERSATION, 1, 1, at, at * 250L, atMs, false, null, false, Slice.of(entries)), words)));
                    }
                    if (topic.equals(Topics.CALL_LIFECYCLE) && at < 2) {
                        CallEvent event = at == 0
                                ? Sealing.seal(new CallEvent.Offered(
                                        SampleCall.CALL, 1, SampleCall.at(0), null, "cloudonix", "ab", 0, "192.0.2.7", null, null, "+15550100", null), words)
                                : new CallEvent.Ended(
                                        SampleCall.CALL, frames + 2, SampleCall.at(frames * 20L), 1000, "", End.CALLER_HANGUP, null);
                        return record(RecordedCall.START_MS + 20L * at * frames, Topics.CALL_LIFECYCLE.codec().encode(event));
                    }
                    return null;
                }

                private LogRecord record(long atMs, byte[] value) {
                    return new LogRecord(topic, 0, n, atMs, Slice.of(value));
                }

                @Override
                public Optional<String> deleted() {
                    return Optional.empty();
                }

                @Override
                public void close() {
                    // it holds nothing
                }
            };
        }
    }

    /// Of this thread: beside other programs the time that goes by says nothing.
    private static long processorNs() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    /// What nobody can pack much: noise, as loud as speech.
    private static Slice voice(Random noise, boolean isSpeaking) {
        byte[] frame = new byte[160];
        for (int i = 0; i < frame.length; i++) {
            frame[i] = MuLaw.encode((short) (noise.nextGaussian() * (isSpeaking ? 2_500 : 20)));
        }
        return Slice.of(frame);
    }

    /// What making them costs is not what exporting them does.
    private static void makeAll(CallSource talk) throws IOException {
        for (Topic<?> topic : CallFileFormat.TOPICS) {
            try (CallSource.Records all = talk.open(topic)) {
                while (all.next() != null) {
                    // they are thrown away
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void isWrittenAndReadBackInConstantMemory(boolean redact) throws Exception {
        // given
        Path path = Files.createTempFile("cost-", ".tar.zst");
        CallSource talk = new Talk();

        try {
            long madeNs = 0;
            for (int round = 0; round < 2; round++) { // the first one warms up
                madeNs = -processorNs();
                makeAll(talk);
                madeNs += processorNs();
            }

            // when
            long beginNs = processorNs();
            int most = 0;
            try (CallExport export = CallExport.open(
                            new CallExport.Subject(SampleCall.CALL, SampleCall.run(), true), () -> null, key -> null, talk, secrets, redact);
                    OutputStream out = Files.newOutputStream(path)) {
                for (byte[] piece = export.next(); piece != null; piece = export.next()) {
                    out.write(piece);
                    most = Math.max(most, piece.length);
                }
            }
            long writtenNs = processorNs();
            long unpacked;
            long records;
            try (CallFile file = CallFile.open(path)) {
                unpacked = file.manifest().members().stream().mapToLong(Manifest.Member::bytes).sum();
                records = file.manifest().topics().stream().mapToLong(Manifest.TopicPart::records).sum();
            }
            long readNs = processorNs();

            // then
            System.out.printf(
                    "%d min%s: %,d records, %,d KiB packed, %,d KiB unpacked (%.1f times), written in %.0f ms of processor time, read and checked in %.0f ms%n",
                    MINUTES, redact ? ", redacted" : "", records, Files.size(path) >> 10, unpacked >> 10,
                    (double) unpacked / Files.size(path), (writtenNs - beginNs - madeNs) / NS_PER_MS, (readNs - writtenNs) / NS_PER_MS);
            assertEquals(
                    MINUTES * 60L * FRAMES_PER_SECOND * 3 / 2 + MINUTES * 3L + 2 + (redact ? 0 : MINUTES * 12L), records);
            assertTrue(most < 1 << 20, most + " bytes in a piece");
        } finally {
            Files.delete(path);
        }
    }
}
