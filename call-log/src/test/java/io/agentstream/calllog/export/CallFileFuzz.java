package io.agentstream.calllog.export;

import io.agentstream.calllog.CallEntry;
import io.agentstream.calllog.CallReading;
import io.agentstream.calllog.RecordedCall;
import io.agentstream.calllog.audio.CallSound;
import io.agentstream.calllog.audio.CallWav;
import io.agentstream.calllog.timeline.TimelineJson;
import io.agentstream.calllog.timeline.TimelineLimits;
import io.agentstream.calllog.timeline.TimelineReading;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Map;

/// For a fuzzer: a file of any bytes is refused, or read to its end, seen and heard. An input's first byte says what it stands for: the file, what is
/// packed in it, or one member of a good one, whose manifest then agrees with it.
public final class CallFileFuzz {

    private static final Limits LIMITS = new Limits(8 << 20, 400, 100, 1 << 20, 256 << 10);

    private static final long SOUND_US = 10_000_000;

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
        return SpoiledFiles.agreed(all -> all.put(name, content.toByteArray()));
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
            TimelineReading timeline =
                    new TimelineReading(file.manifest().callId(), TimelineLimits.DEFAULT, placed -> TimelineJson.of(placed.entry()));
            for (CallEntry entry = reading.next(); entry != null; entry = reading.next()) {
                timeline.take(entry);
            }
            timeline.end();
            TimelineJson.of(timeline.summary());
            listen(file);
        }
    }

    private static void listen(CallFile file) throws IOException {
        CallSound.Part whole = CallSound.Part.whole(CallWav.Channels.BOTH, SOUND_US);
        long bytes = 0;
        try (CallSound sound = CallSound.open(file.source(), null, RecordedCall.START_MS * 1_000, SOUND_US, whole)) {
            for (byte[] piece = sound.next(); piece != null; piece = sound.next()) {
                bytes += piece.length;
            }
        }
        if (bytes != whole.until()) {
            throw new IllegalStateException(bytes + " bytes of sound");
        }
    }
}
