package io.agentstream.gateway.websocket;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// For a fuzzer (Jazzer's `--target_class`): any bytes at all, in any pieces, are read alike, and what is told of them keeps the
/// rules of [Messages].
public final class FrameReaderFuzz {

    private static final int MAX = 300;

    private FrameReaderFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        List<String> whole = read(input, Math.max(1, input.length));
        for (int piece : new int[] {1, 2, 7}) {
            List<String> cut = read(input, piece);
            if (!cut.equals(whole)) {
                throw new IllegalStateException("in pieces of " + piece + ": " + cut + " and not " + whole);
            }
        }
        int broken = -1;
        for (int i = 0; i < whole.size(); i++) {
            String found = whole.get(i);
            if (found.startsWith("close") && i != whole.size() - 1) {
                throw new IllegalStateException("something comes after a close: " + whole);
            }
            if (broken >= 0 && !found.startsWith("close")) {
                throw new IllegalStateException("something but a close comes after a breach: " + whole);
            }
            if (found.startsWith("broken")) {
                broken = i;
            }
            if (found.startsWith("text") && found.getBytes(StandardCharsets.UTF_8).length > "text ".length() + MAX) {
                throw new IllegalStateException("a message over the limit");
            }
        }
    }

    private static List<String> read(byte[] input, int piece) {
        List<String> found = new ArrayList<>();
        FrameReader reader = new FrameReader(MAX);
        byte[] all = Arrays.copyOf(input, input.length);
        for (int at = 0; at < all.length; at += piece) {
            reader.feed(all, at, Math.min(all.length, at + piece), new FoundMessages(found));
        }
        return found;
    }
}
