package io.agentstream.gateway.websocket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class FrameReaderTest {

    private static final int MAX = 1_000;

    private final List<String> found = new ArrayList<>();
    private final Messages messages = new FoundMessages(found);

    private static byte[] frame(int first, byte[] payload) {
        ByteBuffer out = ByteBuffer.allocate(14 + payload.length).put((byte) first);
        if (payload.length < 126) {
            out.put((byte) (0x80 | payload.length));
        } else if (payload.length < 1 << 16) {
            out.put((byte) (0x80 | 126)).putShort((short) payload.length);
        } else {
            out.put((byte) (0x80 | 127)).putLong(payload.length);
        }
        byte[] mask = {(byte) 0x9A, 0x34, (byte) 0xC6, 0x78};
        out.put(mask);
        for (int i = 0; i < payload.length; i++) {
            out.put((byte) (payload[i] ^ mask[i & 3]));
        }
        return Arrays.copyOf(out.array(), out.position());
    }

    private static byte[] text(String text) {
        return frame(0x81, text.getBytes(StandardCharsets.UTF_8));
    }

    private List<String> read(byte[]... frames) {
        FrameReader reader = new FrameReader(MAX);
        for (byte[] frame : frames) {
            reader.feed(frame.clone(), 0, frame.length, messages);
        }
        return found;
    }

    @Test
    void findsTheSameMessagesHoweverTheBytesAreCut() throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(text("short"));
        bytes.write(text(""));
        bytes.write(text("\u00e9\uD83D\uDE00".repeat(60)));
        bytes.write(frame(0x01, "one ".getBytes(StandardCharsets.UTF_8)));
        bytes.write(frame(0x89, "p".getBytes(StandardCharsets.UTF_8)));
        bytes.write(frame(0x00, "two ".getBytes(StandardCharsets.UTF_8)));
        bytes.write(frame(0x80, "three".getBytes(StandardCharsets.UTF_8)));
        bytes.write(frame(0x01, new byte[0]));
        bytes.write(frame(0x80, "whole at last".getBytes(StandardCharsets.UTF_8)));
        bytes.write(frame(0x8A, new byte[3]));
        bytes.write(text("x".repeat(MAX)));
        bytes.write(frame(0x88, new byte[] {0x03, (byte) 0xE8}));
        bytes.write(text("never"));
        List<String> expected = List.of(
                "text short", "text ", "text " + "\u00e9\uD83D\uDE00".repeat(60), "other", "ping p", "other",
                "text one two three", "other", "text whole at last", "other", "text " + "x".repeat(MAX), "close 1000");
        Random random = new Random(11);
        for (int round = 0; round < 2_000; round++) {
            FrameReader reader = new FrameReader(MAX);
            byte[] all = bytes.toByteArray();
            found.clear();
            int most = 1 + random.nextInt(round % 2 == 0 ? 7 : 2_000);
            for (int at = 0; at < all.length; ) {
                int count = Math.min(all.length - at, 1 + random.nextInt(most));
                reader.feed(all, at, at + count, messages);
                at += count;
            }
            assertEquals(expected, found);
        }
    }

    @Test
    void refusesBinaryMessagesFromTheirFirstByte() {
        assertEquals(List.of("broken BINARY", "close 1003"), read(
                Arrays.copyOf(frame(0x82, new byte[300]), 8), new byte[300], frame(0x88, new byte[] {0x03, (byte) 0xEB})));
    }

    @Test
    void refusesAMessageThatIsTooLongByItsHeaderOnly() {
        assertEquals(List.of("broken TOO_BIG"), read(Arrays.copyOf(text("x".repeat(MAX + 1)), 8)));
    }

    @Test
    void refusesPartsThatAreTooLongTogether() {
        assertEquals(List.of("other", "broken TOO_BIG"), read(frame(0x01, new byte[MAX]), frame(0x80, new byte[1])));
    }

    @Test
    void refusesAPartWhoseLengthMakesTheSumOverflow() {
        byte[] endless = {0, (byte) 0xFF, 0x7F, -1, -1, -1, -1, -1, -1, -1, 1, 2, 3, 4};

        assertEquals(List.of("other", "broken TOO_BIG"), read(frame(0x01, new byte[1]), endless, new byte[100_000]));
    }

    @Test
    void makesNoRoomForWhatIsOnlyAnnounced() {
        FrameReader[] readers = new FrameReader[1_000];
        byte[] begun = Arrays.copyOf(text("x".repeat(1 << 20)), 14 + 8);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();

        for (int i = 0; i < readers.length; i++) {
            readers[i] = new FrameReader(1 << 20);
            readers[i].feed(begun.clone(), 0, begun.length, messages);
        }

        long each = (threads.getCurrentThreadAllocatedBytes() - before) / readers.length;
        assertTrue(each < 4_096, each + " bytes each");
    }

    @Test
    void refusesABadByteWhenItComesAndNotWhenItsMessageEnds() {
        byte[] bad = frame(0x01, new byte[] {'a', (byte) 0xE2, (byte) 0x82});
        byte[] worse = frame(0x00, new byte[] {'(', 'b'});

        assertEquals(List.of("other", "broken NOT_UTF8"), read(bad, Arrays.copyOf(worse, worse.length - 1)));
    }

    @Test
    void givesNoMessageOnThatItWasToldToSkipInTheMiddleOf() {
        FrameReader reader = new FrameReader(MAX);
        byte[] frame = text("x".repeat(200));
        reader.feed(frame, 0, 100, messages);

        reader.skipMessages();

        reader.feed(frame, 100, frame.length, messages);
        assertEquals(List.of(), found);
    }

    @Test
    void findsThePeersCloseBehindWhatItSkips() {
        byte[] big = text("x".repeat(5_000));

        assertEquals(List.of("broken TOO_BIG", "close 1009"), read(big, text("more"), frame(0x88, new byte[] {0x03, (byte) 0xF1})));
    }

    @Test
    void refusesTextThatIsNotUtf8() {
        assertEquals(List.of("broken NOT_UTF8"), read(frame(0x81, new byte[] {'a', (byte) 0xC3, '('})));
        found.clear();
        assertEquals(List.of("broken NOT_UTF8"), read(frame(0x81, new byte[] {(byte) 0xED, (byte) 0xA0, (byte) 0x80})));
    }

    @Test
    void refusesWhatTheProtocolForbids() {
        byte[] unmasked = {(byte) 0x81, 1, 'a'};
        byte[] reserved = frame(0xC1, new byte[1]);
        byte[] unknown = frame(0x83, new byte[1]);
        byte[] control = frame(0x8B, new byte[1]);
        byte[] partOfNothing = frame(0x80, new byte[1]);
        byte[] longPing = frame(0x89, new byte[126]);
        byte[] pingInParts = frame(0x09, new byte[1]);
        byte[] closeOfOneByte = frame(0x88, new byte[1]);
        byte[] closeWithout = frame(0x88, new byte[] {0x03, (byte) 0xED});
        byte[] wideLength = {(byte) 0x81, (byte) 0xFE, 0, 1, 0, 0, 0, 0, 'a'};
        byte[] negative = {(byte) 0x81, (byte) 0xFF, -1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
        for (byte[] bad : List.of(unmasked, reserved, unknown, control, partOfNothing, longPing, pingInParts, wideLength)) {
            found.clear();
            assertEquals(
                    List.of("broken PROTOCOL", "close 1002"),
                    read(bad, text("never"), frame(0x88, new byte[] {0x03, (byte) 0xEA})),
                    Arrays.toString(bad));
        }
        for (byte[] bad : List.of(closeOfOneByte, closeWithout)) {
            found.clear();
            assertEquals(List.of("broken PROTOCOL", "close 1005"), read(bad, text("never")), Arrays.toString(bad));
        }
        found.clear();
        assertEquals(List.of("broken PROTOCOL"), read(negative, frame(0x88, new byte[0])));
        found.clear();
        assertEquals(List.of("other", "broken PROTOCOL"), read(frame(0x01, new byte[1]), text("new within old")));
    }

    @Test
    void writesHeadersOfAllThreeLengths() {
        for (int length : new int[] {0, 125, 126, 65_535, 65_536}) {
            byte[] out = new byte[FrameWriter.MAX_HEADER_BYTES];
            assertEquals(FrameWriter.headerBytes(length), FrameWriter.putText(out, 0, length));
        }
        assertEquals("[-120, 2, 3, -24]", Arrays.toString(FrameWriter.close(1000, "")));
        assertEquals("[-120, 0]", Arrays.toString(FrameWriter.close(CloseCodes.NO_CODE, "")));
    }
}
