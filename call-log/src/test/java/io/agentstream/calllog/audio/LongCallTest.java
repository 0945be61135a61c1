package io.agentstream.calllog.audio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.OperatingSystemMXBean;
import io.agentstream.calllog.CallPlaces;
import io.agentstream.calllog.KafkaCallSource;
import io.agentstream.dev.embedded.EmbeddedKafka;
import io.agentstream.runtime.KafkaClients;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.MediaFormat;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.Slice;
import io.agentstream.schemas.SocketCommand;
import io.agentstream.schemas.Topic;
import io.agentstream.schemas.Topics;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/// What it takes to make the sound of a call that lies among fifty others on the same partitions, on a real broker. A minute long, or as
/// many as `-Daudio.minutes=1,10,60` says.
@Isolated("weighs what the whole heap holds")
final class LongCallTest {

    private static final int OTHERS = 50;
    private static final int FRAME_MS = 20;

    /// What may be held while a call is read, whatever its length: the fetches of two consumers, mostly.
    private static final long MOST_BYTES = 64L << 20;

    @TempDir
    private Path directory;

    private final Instant began = Instant.now().minusSeconds(2 * 3_600);

    private CallId call(long number) {
        return CallId.of(began.toEpochMilli(), number, number);
    }

    @Test
    @Timeout(value = 20, unit = TimeUnit.MINUTES)
    void takesTheSameMemoryHoweverLongItWas() throws Exception {
        for (String minutes : System.getProperty("audio.minutes", "1").split(",", -1)) {
            try (EmbeddedKafka kafka = EmbeddedKafka.start(directory.resolve(minutes), 0)) {
                KafkaClients clients = new KafkaClients(kafka.bootstrapServers(), Map.of(), Duration.ofMillis(5));
                one(clients, Integer.parseInt(minutes));
            }
        }
    }

    private void one(KafkaClients clients, int minutes) throws Exception {
        // given
        int frames = minutes * 60_000 / FRAME_MS;
        try (Admin admin = clients.admin("test")) {
            for (Topic<?> topic : List.of(Topics.CALL_MEDIA, Topics.SOCKET_COMMANDS)) {
                admin.createTopics(List.of(new NewTopic(topic.name(), 1, (short) 1))).all().get();
            }
        }
        write(clients, frames);
        long lengthUs = minutes * 60_000_000L;
        long samples = CallAudio.samples(lengthUs);
        CallPlaces places = new CallPlaces(call(1), began, began.plusMillis(minutes * 60_000L), 0, List.of(), 2L + 2L * frames);

        // when
        Reading timed = read(clients, places, samples, lengthUs, false);
        Reading weighed = read(clients, places, samples, lengthUs, true);

        // then
        System.out.printf(
                "audio of %d min among %d other calls: %d ms (%d ms of processor, the broker's included), %d KiB held, %d MiB of WAV%n",
                minutes, OTHERS, timed.tookMs(), timed.cpuMs(), weighed.heldBytes() >> 10, timed.bytes() >> 20);
        lastSecond(clients, places, lengthUs);
        for (Reading reading : List.of(timed, weighed)) {
            assertEquals(CallWav.bytes(CallWav.Channels.BOTH, samples), reading.bytes());
            assertTrue(reading.sounding() > 0, "nothing is heard");
        }
        assertTrue(weighed.heldBytes() < MOST_BYTES, weighed.heldBytes() + " bytes are held");
    }

    /// @param heldBytes the most that was alive in a dozen looks; 0 where nobody looked
    private record Reading(long tookMs, long cpuMs, long heldBytes, long bytes, long sounding) {}

    /// @param look whether it is found out what is alive, which takes its time
    private Reading read(KafkaClients clients, CallPlaces places, long samples, long lengthUs, boolean look) throws Exception {
        System.gc();
        long before = used();
        long held = 0;
        long bytes = 0;
        long sounding = 0;
        long beforeNs = cpuNs();
        long startNs = System.nanoTime();
        try (CallFeeds feeds = CallFeeds.open(new KafkaCallSource(clients, places), null)) {
            CallAudio audio = new CallAudio(
                    feeds.frames(), feeds.commands(), MediaFormat.MULAW_8K, began.toEpochMilli() * 1_000, lengthUs);
            CallWav wav = new CallWav(audio, CallWav.Channels.BOTH, samples, 0, CallWav.bytes(CallWav.Channels.BOTH, samples));
            long next = look ? 0 : Long.MAX_VALUE;
            byte[] piece;
            while ((piece = wav.next()) != null) {
                bytes += piece.length;
                sounding += piece.length > 44 && piece[0] != 0 && piece[2] != 0 ? 1 : 0;
                if (bytes > next) {
                    next = bytes + CallWav.bytes(CallWav.Channels.BOTH, samples) / 12;
                    System.gc();
                    held = Math.max(held, used() - before);
                }
            }
        }
        return new Reading(
                (System.nanoTime() - startNs) / 1_000_000,
                (cpuNs() - beforeNs) / 1_000_000, held, bytes, sounding);
    }

    /// What is before it is read, and neither decoded nor rendered.
    private void lastSecond(KafkaClients clients, CallPlaces places, long lengthUs) throws Exception {
        long beforeNs = cpuNs();
        long startNs = System.nanoTime();
        CallSound.Part whole = CallSound.Part.whole(CallWav.Channels.BOTH, lengthUs);
        CallSound.Part part = new CallSound.Part(CallWav.Channels.BOTH, whole.until() - 32_000, whole.until());
        long bytes = 0;
        long longestPieceMs = 0;
        try (CallSound sound = CallSound.open(
                new KafkaCallSource(clients, places), null, began.toEpochMilli() * 1_000, lengthUs, part)) {
            long pieceNs = System.nanoTime();
            for (byte[] piece = sound.next(); piece != null; piece = sound.next()) {
                bytes += piece.length;
                longestPieceMs = Math.max(longestPieceMs, (System.nanoTime() - pieceNs) / 1_000_000);
                pieceNs = System.nanoTime();
            }
        }
        System.out.printf(
                "its last second, in a process that is warm: %d ms (%d ms of processor), longest turn %d ms%n", (System.nanoTime() - startNs) / 1_000_000,
                (cpuNs() - beforeNs) / 1_000_000, longestPieceMs);
        assertEquals(32_000, bytes);
    }

    /// Of all threads, the broker's too.
    private static long cpuNs() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
    }

    private static long used() {
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private void write(KafkaClients clients, int frames) {
        byte[] said = new byte[160];
        byte[] replied = new byte[160];
        Arrays.fill(said, (byte) 0x11);
        Arrays.fill(replied, (byte) 0x22);
        long beginMs = began.toEpochMilli();
        try (Producer<byte[], byte[]> producer = clients.events("test", Duration.ofSeconds(60))) {
            for (int i = 0; i < frames; i++) {
                long atMs = beginMs + (long) i * FRAME_MS;
                for (int n = 1; n <= 1 + OTHERS; n++) {
                    CallId call = call(n);
                    byte[] key = call.toKey();
                    if (i % 500 == 0) { // an echo that pauses now and then
                        send(producer, Topics.CALL_MEDIA, atMs, key, new MediaFrame.Playing(
                                call, 2L * i + 1, atMs, 1, 3, i * 160L, atMs * 1_000 + 300_000));
                    }
                    send(producer, Topics.CALL_MEDIA, atMs, key, new MediaFrame.Audio(
                            call, 2L * i + 2, atMs, (long) i * FRAME_MS, Slice.of(said)));
                    send(producer, Topics.SOCKET_COMMANDS, atMs, key, new SocketCommand.Play(call, 1, i, 160, Slice.of(replied), 3));
                }
            }
        }
    }

    private static <V> void send(Producer<byte[], byte[]> producer, Topic<V> topic, long atMs, byte[] key, V value) {
        producer.send(new ProducerRecord<>(topic.name(), 0, atMs, key, topic.codec().encode(value)));
    }
}
