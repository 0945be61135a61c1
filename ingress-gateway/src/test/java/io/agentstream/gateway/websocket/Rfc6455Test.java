package io.agentstream.gateway.websocket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// RFC 6455 as a table, in the manner of the Autobahn test suite: what a client may send, and what becomes of it. Each row is tried
/// whole, byte by byte, and cut in the middle.
public final class Rfc6455Test {

    /// The longest message that the table's reader takes, in bytes.
    public static final int MAX = 70_000;

    private static final int TEXT = 1;
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;

    /// @param frames what the client sends
    /// @param found what the reader tells of it
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Row(String name, byte[] frames, List<String> found) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static final class Table {
        private final List<Row> rows = new ArrayList<>();

        void row(String name, List<String> found, byte[]... frames) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            for (byte[] frame : frames) {
                all.writeBytes(frame);
            }
            rows.add(new Row(name, all.toByteArray(), found));
        }
    }

    private static byte[] bytes(int... octets) {
        byte[] bytes = new byte[octets.length];
        for (int i = 0; i < octets.length; i++) {
            bytes[i] = (byte) octets[i];
        }
        return bytes;
    }

    private static byte[] frame(int first, byte[] payload, int... mask) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(first);
        if (payload.length < 126) {
            out.write(0x80 | payload.length);
        } else if (payload.length < 1 << 16) {
            out.writeBytes(bytes(0x80 | 126, payload.length >> 8, payload.length));
        } else {
            out.writeBytes(bytes(0x80 | 127, 0, 0, 0, 0, 0, payload.length >> 16, payload.length >> 8, payload.length));
        }
        byte[] key = mask.length == 4 ? bytes(mask) : bytes(0xA5, 0x01, 0xFF, 0x7E);
        out.writeBytes(key);
        for (int i = 0; i < payload.length; i++) {
            out.write(payload[i] ^ key[i & 3]);
        }
        return out.toByteArray();
    }

    private static byte[] last(int opcode, byte[] payload) {
        return frame(0x80 | opcode, payload);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] text(String text) {
        return last(TEXT, utf8(text));
    }

    private static byte[] close(int code, String reason) {
        byte[] text = utf8(reason);
        byte[] payload = Arrays.copyOf(bytes(code >> 8, code), 2 + text.length);
        System.arraycopy(text, 0, payload, 2, text.length);
        return last(CLOSE, payload);
    }

    private static final byte[] BYE = close(1000, "");

    public static Stream<Row> rows() {
        Table table = new Table();
        lengths(table);
        masks(table);
        reserved(table);
        fragments(table);
        controls(table);
        utf8(table);
        closes(table);
        return table.rows.stream();
    }

    private static void lengths(Table table) {
        for (int length : new int[] {0, 1, 2, 7, 8, 9, 124, 125, 126, 127, 128, 255, 256, 4_096, 65_535, 65_536, 65_537, MAX}) {
            String text = "*".repeat(length);
            table.row("text of " + length, List.of("text " + text, "close 1000"), text(text), BYE);
            table.row("binary of " + length, List.of("broken BINARY", "close 1000"), last(2, new byte[length]), BYE);
        }
        table.row("text over the limit", List.of("broken TOO_BIG", "close 1009"), text("*".repeat(MAX + 1)), close(1009, ""));
        for (int length = 0; length <= 127; length++) {
            byte[] mask = new byte[4];
            byte[] two = bytes(0x81, 0xFE, 0, length);
            if (length < 126) {
                table.row("length " + length + " in two octets", List.of("broken PROTOCOL", "close 1000"),
                        two, mask, new byte[length], BYE);
            }
        }
        for (int length : new int[] {0, 125, 126, 65_535}) {
            table.row("length " + length + " in eight octets", List.of("broken PROTOCOL", "close 1000"),
                    bytes(0x81, 0xFF, 0, 0, 0, 0, 0, 0, length >> 8, length), new byte[4 + length], BYE);
        }
        for (int top : new int[] {0x80, 0xC0, 0xFF}) {
            table.row("length with its top bit set, " + top, List.of("broken PROTOCOL"),
                    bytes(0x81, 0xFF, top, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0), BYE);
        }
        for (int top : new int[] {0x00, 0x01, 0x7F}) {
            byte[] huge = bytes(0x81, 0xFF, top, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0);
            table.row("a text without end, " + top, List.of("broken TOO_BIG"), huge, new byte[100]);
            byte[] part = huge.clone();
            part[0] = (byte) 0x80;
            table.row("a part without end, " + top, List.of("other", "broken TOO_BIG"), frame(TEXT, utf8("a")), part, new byte[100]);
        }
    }

    private static void masks(Table table) {
        for (int[] mask : new int[][] {{0, 0, 0, 0}, {255, 255, 255, 255}, {1, 2, 3, 4}, {0x80, 0, 0, 0}, {0, 0, 0, 0x80}}) {
            for (int length : new int[] {1, 3, 4, 5, 8, 11, 130}) {
                String text = "abcdefghijk".repeat(12).substring(0, length);
                table.row("mask " + Arrays.toString(mask) + " over " + length, List.of("text " + text),
                        frame(0x81, utf8(text), mask));
            }
        }
        for (int opcode : new int[] {TEXT, PING, PONG}) {
            table.row("no mask, opcode " + opcode, List.of("broken PROTOCOL", "close 1000"), bytes(0x80 | opcode, 1, 'a'), BYE);
        }
        table.row("a close without a mask", List.of("broken PROTOCOL", "close 1000"), bytes(0x88, 2, 3, 0xE8));
    }

    private static void reserved(Table table) {
        for (int bits = 1; bits < 8; bits++) {
            for (int opcode : new int[] {TEXT, PING, PONG}) {
                table.row("reserved bits " + bits + ", opcode " + opcode, List.of("text a", "broken PROTOCOL", "close 1000"),
                        text("a"), frame(0x80 | bits << 4 | opcode, utf8("b")), text("c"), BYE);
            }
            table.row("reserved bits " + bits + " in a part", List.of("other", "broken PROTOCOL", "close 1000"),
                    frame(TEXT, utf8("a")), frame(0x80 | bits << 4, utf8("b")), BYE);
        }
        for (int opcode : new int[] {3, 4, 5, 6, 7, 11, 12, 13, 14, 15}) {
            table.row("opcode " + opcode, List.of("broken PROTOCOL", "close 1000"), last(opcode, new byte[0]), BYE);
            table.row("opcode " + opcode + " within a message", List.of("other", "broken PROTOCOL", "close 1000"),
                    frame(TEXT, utf8("a")), last(opcode, new byte[9]), last(0, utf8("b")), BYE);
        }
    }

    private static void fragments(Table table) {
        for (int parts = 2; parts <= 12; parts++) {
            byte[][] frames = new byte[parts][];
            List<String> found = new ArrayList<>();
            for (int i = 0; i < parts; i++) {
                frames[i] = frame((i == parts - 1 ? 0x80 : 0) | (i == 0 ? TEXT : 0), utf8("\u00e9" + i));
                found.add("other");
            }
            StringBuilder text = new StringBuilder("text ");
            for (int i = 0; i < parts; i++) {
                text.append('\u00e9').append(i);
            }
            found.set(parts - 1, text.toString());
            table.row(parts + " parts", found, frames);
        }
        byte[] part = frame(TEXT, utf8("a"));
        byte[] end = last(0, utf8("b"));
        table.row("empty parts", List.of("other", "other", "text "), frame(TEXT, new byte[0]), frame(0, new byte[0]), last(0, new byte[0]));
        table.row("empty last part", List.of("other", "text a"), part, last(0, new byte[0]));
        table.row("a part of nothing", List.of("broken PROTOCOL", "close 1000"), end, BYE);
        table.row("an open part of nothing", List.of("broken PROTOCOL", "close 1000"), frame(0, utf8("a")), BYE);
        table.row("a part after the end", List.of("other", "text ab", "broken PROTOCOL", "close 1000"), part, end, end, BYE);
        table.row("a text within a text", List.of("other", "broken PROTOCOL", "close 1000"), part, text("b"), BYE);
        table.row("a binary within a text", List.of("other", "broken PROTOCOL", "close 1000"), part, last(2, utf8("b")), BYE);
        table.row("binary in parts", List.of("broken BINARY", "close 1000"), frame(2, utf8("a")), end, BYE);
        table.row("parts over the limit", List.of("other", "broken TOO_BIG", "close 1000"),
                frame(TEXT, new byte[MAX]), last(0, new byte[1]), BYE);
        table.row("parts of the limit", List.of("other", "text " + "a".repeat(MAX)),
                frame(TEXT, utf8("a".repeat(MAX - 1))), last(0, utf8("a")));
    }

    private static void controls(Table table) {
        for (int length : new int[] {0, 1, 7, 8, 124, 125}) {
            String text = "p".repeat(length);
            table.row("ping of " + length, List.of("ping " + text), last(PING, utf8(text)));
            table.row("pong of " + length, List.of("other"), last(PONG, utf8(text)));
            table.row("ping of " + length + " between parts", List.of("other", "ping " + text, "text ab"),
                    frame(TEXT, utf8("a")), last(PING, utf8(text)), last(0, utf8("b")));
        }
        for (int opcode : new int[] {CLOSE, PING, PONG}) {
            for (int length : new int[] {126, 127, 200, 65_536}) {
                table.row("control " + opcode + " of " + length, List.of("broken PROTOCOL", "close 1000"),
                        last(opcode, new byte[length]), BYE);
            }
        }
        table.row("ping in parts", List.of("broken PROTOCOL", "close 1000"), frame(PING, utf8("a")), last(0, utf8("b")), BYE);
        table.row("pong in parts", List.of("broken PROTOCOL", "close 1000"), frame(PONG, utf8("a")), last(0, utf8("b")), BYE);
        table.row("ping with octets that are no text", List.of("ping \uFFFD"), last(PING, bytes(0xFF)));
        table.row("ten pings", Collections.nCopies(10, "ping x"),
                last(PING, utf8("x")), last(PING, utf8("x")), last(PING, utf8("x")), last(PING, utf8("x")), last(PING, utf8("x")),
                last(PING, utf8("x")), last(PING, utf8("x")), last(PING, utf8("x")), last(PING, utf8("x")), last(PING, utf8("x")));
    }

    private static void utf8(Table table) {
        for (String text : List.of("\u00c5\u00e9", "\u20ac", "\ud55c\uae00", "\ud83d\ude00", "\u0000", "\u007f", "\u0080", "\u07ff",
                "\u0800", "\ud7ff", "\ue000", "\ufffd", "\uffff", "\ud800\udc00", "\udbff\udfff", "\ufeffx", "\u03ba\u1f79\u03c3\u03bc\u03b5")) {
            byte[] all = utf8(text);
            table.row("text " + Arrays.toString(all), List.of("text " + text), last(TEXT, all));
            for (int cut = 1; cut < Math.min(all.length, 5); cut++) {
                table.row("text " + Arrays.toString(all) + " cut at " + cut, List.of("other", "text " + text),
                        frame(TEXT, Arrays.copyOf(all, cut)), last(0, Arrays.copyOfRange(all, cut, all.length)));
            }
        }
        for (int[] bad : new int[][] {
            {0x80}, {0xBF}, {0xC0, 0x80}, {0xC1, 0xBF}, {0xC2}, {0xC2, 0x41}, {0xE0, 0x80, 0x80}, {0xE0, 0x9F, 0xBF}, {0xE2, 0x82},
            {0xED, 0xA0, 0x80}, {0xED, 0xAD, 0xBF}, {0xED, 0xBF, 0xBF}, {0xF0, 0x80, 0x80, 0x80}, {0xF0, 0x8F, 0xBF, 0xBF},
            {0xF0, 0x9F, 0x98}, {0xF4, 0x90, 0x80, 0x80}, {0xF5, 0x80, 0x80, 0x80}, {0xF8, 0x88, 0x80, 0x80, 0x80},
            {0xFC, 0x84, 0x80, 0x80, 0x80, 0x80}, {0xFE}, {0xFF}, {0xCE, 0xBA, 0xE1, 0xBD, 0xB9, 0xED, 0xA0, 0x80, 0x65}}) {
            byte[] payload = bytes(bad);
            table.row("not UTF-8 " + Arrays.toString(bad), List.of("broken NOT_UTF8", "close 1007"), last(TEXT, payload), close(1007, ""));
            table.row("not UTF-8 in a last part " + Arrays.toString(bad), List.of("other", "broken NOT_UTF8", "close 1007"),
                    frame(TEXT, utf8("fine ")), last(0, payload), close(1007, ""));
        }
        table.row("not UTF-8, in a message that goes on", List.of("broken NOT_UTF8"), frame(TEXT, bytes('a', 0xFF)));
        table.row("not UTF-8, before its frame is here", List.of("broken NOT_UTF8"),
                Arrays.copyOf(frame(TEXT, bytes('a', 0xFF, 'b', 'c', 'd')), 9));
    }

    private static void closes(Table table) {
        table.row("close without a code", List.of("close 1005"), last(CLOSE, new byte[0]), text("never"));
        table.row("close of one octet", List.of("broken PROTOCOL", "close 1005"), last(CLOSE, new byte[1]), text("never"));
        for (int code : new int[] {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999}) {
            table.row("close " + code, List.of("close " + code), close(code, ""), text("never"));
            table.row("close " + code + " with a reason", List.of("close " + code), close(code, "\u00e9 and so on"), BYE);
        }
        for (int code : new int[] {0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 1999, 2000, 2999, 5000, 65_535}) {
            table.row("close " + code, List.of("broken PROTOCOL", "close 1005"), close(code, ""), text("never"));
        }
        table.row("close with the longest reason", List.of("close 1000"), close(1000, "r".repeat(123)));
        table.row("close with a reason that is too long", List.of("broken PROTOCOL", "close 1001"), close(1000, "r".repeat(124)), close(1001, ""));
        table.row("close whose reason is no text", List.of("broken PROTOCOL", "close 1005"), last(CLOSE, bytes(3, 0xE8, 0xFF)));
        table.row("close whose reason ends in a character", List.of("broken PROTOCOL", "close 1005"), last(CLOSE, bytes(3, 0xE8, 0xE2, 0x82)));
        table.row("close within a message", List.of("other", "close 1000"), frame(TEXT, utf8("a")), BYE, last(0, utf8("b")));
        table.row("close in parts", List.of("broken PROTOCOL", "close 1000"), frame(CLOSE, bytes(3, 0xE8)));
        table.row("two closes", List.of("close 1000"), BYE, close(1001, ""));
    }

    private static List<String> read(byte[] frames, int piece) {
        List<String> found = new ArrayList<>();
        FrameReader reader = new FrameReader(MAX);
        byte[] all = frames.clone();
        for (int at = 0; at < all.length; at += piece) {
            reader.feed(all, at, Math.min(all.length, at + piece), new FoundMessages(found));
        }
        return found;
    }

    @ParameterizedTest
    @MethodSource("rows")
    void findsWhatTheRfcSays(Row row) {
        assertEquals(row.found(), read(row.frames(), row.frames().length));
        assertEquals(row.found(), read(row.frames(), 1));
        assertEquals(row.found(), read(row.frames(), row.frames().length / 2 + 1));
    }

    @Test
    void isATableOfThreeHundredRowsOrMore() {
        assertTrue(rows().count() >= 300, rows().count() + " rows");
    }
}
