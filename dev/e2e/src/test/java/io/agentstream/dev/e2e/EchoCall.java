package io.agentstream.dev.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.dev.local.LocalSystem;
import io.agentstream.dev.simulator.caller.RawFrame;
import io.agentstream.dev.simulator.caller.RawWebSocket;
import io.agentstream.schemas.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntUnaryOperator;
import tools.jackson.databind.JsonNode;

/// A healthy call on an echo agent that looks closely: fifty numbered frames a second go out, and from the first that comes back
/// on each has to come back, once, in order, byte by byte, as long as the echo is not two seconds late. One thread sends and one receives, which a socket can bear.
final class EchoCall implements AutoCloseable {

    /// As telephony sends it.
    static final IntUnaryOperator FRAMES_OF_160 = number -> 160;

    private static final long FRAME_NS = 20_000_000;
    private static final Duration SILENCE_LIMIT = Duration.ofSeconds(40);
    private static final int NUMBER_BYTES = Integer.BYTES;
    private static final int NONE = -1;

    /// An echo that is so late leaves out what piled up; a little less, as the gateway sees a frame later than it is sent.
    private static final long LEFT_OUT_MS = 2_000 - 100;

    final Attempt call;
    private final RawWebSocket socket;
    private final IntUnaryOperator sizes;
    private final CountDownLatch sendingEnds = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread sender;
    private volatile int sent;
    private volatile int newest = NONE;
    private final AtomicLong received = new AtomicLong();
    private long lastReceivedNs;
    private volatile long longestSilenceNs;
    private volatile String mistake = "";
    private volatile int closeCode = NONE;
    private volatile String closeReason = "";
    private volatile boolean gapsAllowed;

    private EchoCall(Attempt call, IntUnaryOperator sizes) throws IOException {
        this.call = call;
        this.sizes = sizes;
        this.socket = RawWebSocket.open(call.uri());
        this.sender = Thread.ofVirtual().unstarted(this::send);
    }

    static EchoCall begin(LocalSystem system, String agent) throws Exception {
        return begin(new Attempt(system, agent), FRAMES_OF_160);
    }

    /// Places the call on an agent that echoes, and returns when the first frame is back.
    ///
    /// @param sizes bytes of each frame by its number, at least 4
    static EchoCall begin(Attempt attempt, IntUnaryOperator sizes) throws Exception {
        EchoCall call = new EchoCall(attempt, sizes);
        try {
            call.socket.text(call.call.first.orElseThrow());
            call.socket.text(call.call.start());
            call.sender.start();
            Thread.ofPlatform().daemon().name("echo-receiver").start(call::receive);
            call.awaitHeard(1);
            return call;
        } catch (Exception | AssertionError failure) {
            call.close();
            throw failure;
        }
    }

    /// From now on frames may be lost: something is away. What comes still has to be right and in order.
    void allowGaps() {
        gapsAllowed = true;
    }

    /// How much audio is between what was sent last and what is back.
    long behindMs() {
        return (sent - 1L - newest) * FRAME_NS / 1_000_000;
    }

    private byte[] frame(int number) {
        byte[] frame = new byte[sizes.applyAsInt(number)];
        new Random(number).nextBytes(frame);
        ByteBuffer.wrap(frame).putInt(number);
        return frame;
    }

    private void send() {
        long startNs = System.nanoTime();
        try {
            for (int number = 0; ; number++) {
                if (sendingEnds.await(startNs + number * FRAME_NS - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                    return;
                }
                socket.text("{\"event\":\"media\",\"streamSid\":\"MZ-1\",\"media\":{\"track\":\"inbound\",\"timestamp\":\""
                        + number * 20L + "\",\"payload\":\"" + Base64.getEncoder().encodeToString(frame(number)) + "\"}}");
                sent = number + 1;
            }
        } catch (IOException gone) {
            // The receiver knows why.
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private void receive() {
        try {
            for (Optional<RawFrame> frame = socket.read(SILENCE_LIMIT); frame.isPresent(); frame = socket.read(SILENCE_LIMIT)) {
                if (frame.get().opcode() == RawFrame.CLOSE) {
                    closeReason = frame.get().closeReason();
                    closeCode = frame.get().closeCode();
                    return;
                }
                JsonNode message = Json.MAPPER.readTree(frame.get().payload());
                if (message.path("event").asString("").equals("media")) {
                    check(Base64.getDecoder().decode(message.path("media").path("payload").asString("")));
                }
            }
        } catch (IOException | RuntimeException broken) {
            wrong("the socket broke: " + broken);
        } finally {
            closed.countDown();
        }
    }

    private void check(byte[] payload) {
        int number = payload.length < NUMBER_BYTES ? NONE : ByteBuffer.wrap(payload).getInt();
        if (number < 0 || number >= sent + 1 || !Arrays.equals(payload, frame(number))) {
            wrong("a frame that was never sent came after " + newest);
            return;
        }
        if (newest != NONE && (gapsAllowed || behindMs() >= LEFT_OUT_MS ? number <= newest : number != newest + 1)) {
            wrong("frame " + number + " came after " + newest);
        }
        long nowNs = System.nanoTime();
        if (newest != NONE) {
            longestSilenceNs = Math.max(longestSilenceNs, nowNs - lastReceivedNs);
        }
        newest = number;
        lastReceivedNs = nowNs;
        received.incrementAndGet();
    }

    private void wrong(String what) {
        if (mistake.isEmpty()) {
            mistake = what;
        }
    }

    /// Waits until so many more frames have come back.
    void awaitHeard(long more) throws Exception {
        long wanted = received.get() + more;
        Wait.until("echo of " + more + " more frames (" + mistake + ")", 40_000, () -> {
            assertEquals(NONE, closeCode, () -> "closed: " + closeReason);
            return received.get() >= wanted ? Optional.of(wanted) : Optional.empty();
        });
        assertEquals("", mistake);
    }

    /// Whether the gateway has closed the call.
    boolean isOver() {
        return closed.getCount() == 0;
    }

    /// The close code that came, once it has come.
    int awaitClose() throws InterruptedException {
        assertTrue(closed.await(20, TimeUnit.SECONDS), "not closed");
        return closeCode;
    }

    /// The longest time between two frames that came back.
    long longestSilenceMs() {
        return longestSilenceNs / 1_000_000;
    }

    /// Ends the call as callers do, when all that was sent is back; everything has to have been right.
    void hangUp() throws Exception {
        sendingEnds.countDown();
        sender.join();
        Wait.until("the last frames are back", () -> newest == sent - 1 || !mistake.isEmpty() || isOver()
                ? Optional.of(newest)
                : Optional.empty());
        assertEquals("", mistake);
        assertEquals(sent - 1, newest, "frames lost at the end");
        socket.text("{\"event\":\"stop\",\"streamSid\":\"MZ-1\",\"stop\":{}}");
        assertEquals(1000, awaitClose(), closeReason);
        socket.closeFrame(1000, "");
    }

    @Override
    public void close() throws IOException {
        sendingEnds.countDown();
        socket.close();
    }
}
