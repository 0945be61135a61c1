package io.agentstream.calllog.export;

import io.agentstream.calllog.CallReading;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Map;

/// For a fuzzer: a file of any bytes is refused, or read to its end. An input's first byte says what it stands for: the file, what is
/// packed in it, or one member of a good one, whose manifest then agrees with it.
public final class CallFileFuzz {

    private static final Limits LIMITS = new Limits(8 << 20, 400, 100, 1 << 20, 256 << 10);

    private CallFileFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length == 0) {
            return;
        }
        byte[] rest = Arrays.copyOfRange(input, 1, input.length);
        try {
            byte[] file = switch (input[0] & 3) {
                case 0 -> rest;
                case 1 -> Unpacked.packed(rest);
                default -> withMember(input[0] >> 2 & 0xF, rest);
            };
            read(file);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    private static byte[] withMember(int which, byte[] bytes) throws IOException {
        Map<String, byte[]> members = Unpacked.members(new SampleCall(false).exported(null, false));
        String name = members.keySet().stream().toList().get(which % members.size());
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        content.writeBytes(bytes.length > 0 && bytes[0] == '+' ? members.get(name) : new byte[0]);
        content.writeBytes(bytes);
        return HostileFileTest.agreed(all -> all.put(name, content.toByteArray()));
    }

    private static void read(byte[] bytes) throws IOException {
        CallFile file;
        try {
            file = CallFile.open(new ByteArrayInputStream(bytes), LIMITS);
        } catch (CallFileException refused) {
            if (!refused.getMessage().matches("The file[ a-zA-Z0-9.,:;'-]+\\.")) {
                throw new IllegalStateException("said: " + refused.getMessage(), refused);
            }
            return;
        }
        try (file; CallReading reading = CallReading.open(file.source(), CallReading.ALL, null)) {
            while (reading.next() != null) {
                // to its end
            }
        }
    }
}
