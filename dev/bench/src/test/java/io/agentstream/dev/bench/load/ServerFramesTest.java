package io.agentstream.dev.bench.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ServerFramesTest {

    private final List<String> seen = new ArrayList<>();
    private final ServerFrames frames = new ServerFrames();
    private final ServerFrames.Handler handler = new ServerFrames.Handler() {
        @Override
        public void text(byte[] bytes, int offset, int length) {
            seen.add("text " + new String(bytes, offset, length, StandardCharsets.UTF_8));
        }

        @Override
        public void binary(byte[] bytes, int offset, int length) {
            seen.add("binary " + length);
        }

        @Override
        public void ping(byte[] bytes, int offset, int length) {
            seen.add("ping " + length);
        }

        @Override
        public void closing(int code) {
            seen.add("close " + code);
        }
    };

    private static byte[] frame(int first, byte[] payload) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(first);
        if (payload.length < 126) {
            out.write(payload.length);
        } else {
            out.write(126);
            out.write(payload.length >> 8);
            out.write(payload.length);
        }
        out.writeBytes(payload);
        return out.toByteArray();
    }

    private static byte[] text(String message) {
        return frame(0x81, message.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    @Test
    void severalFramesMayComeAtOnce() throws IOException {
        byte[] bytes = join(text("a"), text("b".repeat(300)), frame(0x89, new byte[3]), frame(0x88, new byte[] {3, (byte) 0xE8}));

        int done = frames.read(bytes, 0, bytes.length, handler);

        assertEquals(List.of("text a", "text " + "b".repeat(300), "ping 3", "close 1000"), seen);
        assertEquals(bytes.length, done);
    }

    @Test
    void anyCutLeavesTheFrameThatIsNotWholeBehind() throws IOException {
        byte[] first = text("first");
        byte[] bytes = join(first, text("x".repeat(200)));

        for (int to = first.length; to < bytes.length; to++) {
            seen.clear();

            int done = frames.read(bytes, 0, to, handler);

            assertEquals(List.of("text first"), seen);
            assertEquals(first.length, done);
        }
    }

    @Test
    void fragmentsAreOneMessage() throws IOException {
        byte[] bytes = join(
                frame(0x01, new byte[] {'a'}), frame(0x00, new byte[] {'b'}), frame(0x89, new byte[0]), frame(0x80, new byte[] {'c'}));

        frames.read(bytes, 0, bytes.length, handler);

        assertEquals(List.of("ping 0", "text abc"), seen);
    }

    @Test
    void aMaskedFrameOfAServerIsRefused() {
        byte[] bytes = {(byte) 0x81, (byte) 0x80, 0, 0, 0, 0};

        assertThrows(IOException.class, () -> frames.read(bytes, 0, bytes.length, handler));
    }
}
