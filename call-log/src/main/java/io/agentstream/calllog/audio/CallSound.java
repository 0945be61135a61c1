package io.agentstream.calllog.audio;

import io.agentstream.calllog.CallBytes;
import io.agentstream.calllog.CallSource;
import io.agentstream.calllog.audio.CallWav.Channels;
import io.agentstream.schemas.MediaFormat;
import io.agentstream.schemas.SealKey;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// A call's WAV, or a part of it, made of its log.
public final class CallSound implements CallBytes {

    private static final int PIECE_BYTES = 64 * 1024;

    /// Steps of reading and rendering for one piece: what stands before the part that is wanted takes many that bring nothing.
    private static final int STEPS = 16;

    private final CallFeeds feeds;
    private final CallWav wav;

    private CallSound(CallFeeds feeds, CallWav wav) {
        this.feeds = feeds;
        this.wav = wav;
    }

    /// A part of the file.
    ///
    /// @param from its first byte
    /// @param until the one behind its last
    public record Part(Channels channels, long from, long until) {

        /// The whole file of a call of that length.
        public static Part whole(Channels channels, long lengthUs) {
            return new Part(channels, 0, CallWav.bytes(channels, CallAudio.samples(lengthUs)));
        }
    }

    /// @param key of what is heard; null where nothing is sealed
    /// @param startUs when the socket was accepted, in microseconds since 1970
    /// @param lengthUs how long the call was
    /// @throws IOException where the log cannot be read, in a sentence
    public static CallSound open(CallSource source, @Nullable SealKey key, long startUs, long lengthUs, Part part) throws IOException {
        CallFeeds feeds = CallFeeds.open(source, key);
        CallAudio audio = new CallAudio(feeds.frames(), feeds.commands(), MediaFormat.MULAW_8K, startUs, lengthUs);
        return new CallSound(
                feeds, new CallWav(audio, part.channels(), CallAudio.samples(lengthUs), part.from(), part.until()));
    }

    @Override
    public byte @Nullable [] next() throws IOException {
        ByteArrayOutputStream piece = new ByteArrayOutputStream(PIECE_BYTES);
        for (int step = 0; step < STEPS && piece.size() < PIECE_BYTES; step++) {
            byte[] more = wav.next();
            if (more == null) {
                return piece.size() == 0 ? null : piece.toByteArray();
            }
            piece.writeBytes(more);
        }
        return piece.toByteArray();
    }

    @Override
    public void close() {
        feeds.close();
    }
}
