package io.agentstream.gateway.socket;

import static io.agentstream.gateway.socket.TestGateway.await;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.agentstream.gateway.call.Playback;
import io.agentstream.gateway.telephony.InboundAudio;
import io.agentstream.gateway.telephony.ProviderMessage;
import io.agentstream.gateway.telephony.TelephonyProvider;
import io.agentstream.gateway.telephony.cloudonix.CloudonixProvider;
import io.agentstream.gateway.websocket.FrameReader;
import io.agentstream.gateway.websocket.FrameWriter;
import io.agentstream.gateway.websocket.Messages;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.MediaFrameCodec;
import io.agentstream.schemas.Slice;
import io.agentstream.schemas.SocketCommand;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/// What one frame of 20 ms leaves behind for the collector.
@Isolated("what is allocated is for the second compiler to say, which needs a processor")
final class FrameCostTest {

    private static final int FRAMES = 10_000;
    private static final int ROUNDS = 8;
    private static final int ARRAY_HEADER_BYTES = 16;
    private static final int SMALLEST_OBJECT = 16;
    private static final int ROUNDED_UP = 7;

    /// Less than twice what it is: 460, and up to 750 on a busy machine.
    private static final int WHOLE_GATEWAY_BYTES = 900;

    private static final byte[] MEDIA = ("{\"event\":\"media\",\"streamSid\":\"MZ-7f3c\",\"sequenceNumber\":\"4\",\"media\":"
                    + "{\"track\":\"inbound\",\"chunk\":\"2\",\"timestamp\":\"40\",\"payload\":\""
                    + Base64.getEncoder().encodeToString(new byte[160]) + "\"}}")
            .getBytes(StandardCharsets.UTF_8);

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /// The least of some rounds: what the compiler has not got to yet is not the frame's.
    private long bytesOfEach(Runnable frame) {
        long thread = Thread.currentThread().threadId();
        long least = Long.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            long before = threads.getThreadAllocatedBytes(thread);
            for (int i = 0; i < FRAMES; i++) {
                frame.run();
            }
            least = Math.min(least, (threads.getThreadAllocatedBytes(thread) - before) / FRAMES);
        }
        return least;
    }

    @Test
    void anInboundFrameLeavesNothingButItsRecord() {
        CloudonixProvider provider = new CloudonixProvider();
        InboundAudio audio = new InboundAudio(MediaFrameCodec.AUDIO_PAYLOAD_OFFSET, MediaFrameCodec.MAX_PAYLOAD_BYTES);
        CallId call = CallId.of(1, 2, 3);
        byte[][] last = new byte[1][];
        FrameReader reader = new FrameReader(65_536);
        byte[] masked = RawPeer.bytes(true, RawPeer.TEXT, MEDIA);
        byte[] buffer = new byte[masked.length];
        Messages messages = new Messages() {
            @Override
            public void text(byte[] bytes, int from, int to) {
                if (provider.read(bytes, from, to, audio) instanceof ProviderMessage.Audio) {
                    MediaFrameCodec.putAudioHeader(audio.record(), call, 1, 2, audio.timestampMs());
                    last[0] = audio.record();
                }
            }

            @Override
            public void ping(byte[] bytes, int from, int to) {}

            @Override
            public void other() {}

            @Override
            public void close(int code) {}

            @Override
            public void broken(Breach breach) {}
        };

        long bytes = bytesOfEach(() -> {
            System.arraycopy(masked, 0, buffer, 0, masked.length);
            reader.feed(buffer, 0, buffer.length, messages);
        });

        System.out.println("inbound frame: " + bytes + " bytes allocated, record of " + last[0].length);
        assertTrue(bytes <= ARRAY_HEADER_BYTES + last[0].length + ROUNDED_UP, bytes + " bytes");
    }

    @Test
    void anOutboundFrameLeavesNothing() {
        TelephonyProvider.StreamWriter writer = new CloudonixProvider().writer("MZ-7f3c");
        byte[] out = new byte[4_096];
        Playback playback = new Playback(200_000, new Playback.Output() {
            @Override
            public void media(byte[] audio, int from, int length) {
                int text = writer.mediaBytes(length);
                writer.putMedia(out, FrameWriter.putText(out, 0, text), audio, from, length);
            }

            @Override
            public void clear() {}

            @Override
            public void mark(String wireName) {}

            @Override
            public void played(int turn, long playedMs, boolean finished) {}

            @Override
            public void markReached(int turn, String name) {}

            @Override
            public void dropped(Playback.Drop why, int frames) {}

            @Override
            public void playing(int turn, int epoch, long fromByte, long startsAtUs) {}

            @Override
            public void silence(long fromUs) {}

            @Override
            public void late(long pauseUs) {}
        });
        playback.open(0);
        SocketCommand.Play[] plays = new SocketCommand.Play[ROUNDS * FRAMES];
        Arrays.setAll(plays, i -> new SocketCommand.Play(CallId.of(1, 2, 3), 1, i, 160, Slice.of(new byte[160])));
        long[] nowUs = new long[1];
        int[] next = new int[1];

        long bytes = bytesOfEach(() -> {
            nowUs[0] += 20_000;
            SocketCommand.Play play = plays[next[0]++];
            playback.accepts(play);
            playback.play(play, nowUs[0]);
        });

        System.out.println("outbound frame: " + bytes + " bytes allocated");
        assertTrue(bytes < SMALLEST_OBJECT, bytes + " bytes");
    }

    @Test
    void aFrameThroughTheWholeGatewayStaysWithinItsBudget() throws Exception {
        try (TestGateway gateway = new TestGateway(FrameCostTest::inOneGo)) {
            long bytes = Long.MAX_VALUE;
            int each = 1_300;
            for (int round = 0; round < 2 * ROUNDS; round++) {
                gateway.events.clear();
                long before = allocatedByIoThreads();
                try (RawPeer peer = gateway.talking()) {
                    gateway.media.clear();
                    for (int i = 0; i < each; i++) {
                        peer.frame(true, RawPeer.TEXT, MEDIA);
                    }
                    await(() -> gateway.media.history().size() >= each);
                }
                bytes = Math.min(bytes, (allocatedByIoThreads() - before) / each);
            }
            System.out.println("inbound frame, socket to producer's mock: " + bytes + " bytes allocated");
            assertTrue(bytes <= WHOLE_GATEWAY_BYTES, bytes + " bytes");
        }
    }

    /// All frames of a call may come at once.
    private static MediaServer.Settings inOneGo(MediaServer.Settings s) {
        return new MediaServer.Settings(
                s.bindAddress(), s.port(), s.ioThreads(), s.admission(), s.proxies(), s.maxMessageBytes(), 1_000_000,
                s.maxUnsentBytes(), s.stall(), s.limits(), s.tls());
    }

    private long allocatedByIoThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("gateway I/O"))
                .mapToLong(thread -> threads.getThreadAllocatedBytes(thread.threadId()))
                .sum();
    }
}
