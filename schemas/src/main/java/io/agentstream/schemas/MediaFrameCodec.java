package io.agentstream.schemas;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// The binary form of a [MediaFrame], big-endian:
///
/// | bytes | |
/// |---|---|
/// | 1 | kind: 1 audio, 2 digit, 3 mark reached, 4 played |
/// | 16 | call |
/// | 8 | sequence number |
/// | 8 | milliseconds since 1970 |
/// | audio | 8 stream time in ms, 2 length, payload |
/// | digit | 1 ASCII character |
/// | mark reached | 4 turn, 2 length, name in UTF-8 |
/// | played | 4 turn, 8 played ms, 1 finished |
public final class MediaFrameCodec implements Codec<MediaFrame> {

    /// Longest audio payload of one frame; a length has 16 bits.
    public static final int MAX_PAYLOAD_BYTES = 0xFFFF;

    static final int HEADER_BYTES = 1 + 16 + 8 + 8;

    /// Where the payload begins in the record of an audio frame.
    public static final int AUDIO_PAYLOAD_OFFSET = HEADER_BYTES + 8 + 2;

    private static final byte AUDIO = 1;
    private static final byte DIGIT = 2;
    private static final byte MARK_REACHED = 3;
    private static final byte PLAYED = 4;

    @Override
    public byte[] encode(MediaFrame frame) {
        return switch (frame) {
            case MediaFrame.Audio a -> header(AUDIO, a, 8 + 2 + a.payload().length())
                    .putLong(a.timestampMs())
                    .putShort(Binary.length16(a.payload().length()))
                    .put(a.payload().array(), a.payload().offset(), a.payload().length())
                    .array();
            case MediaFrame.Digit d -> header(DIGIT, d, 1).put((byte) d.digit()).array();
            case MediaFrame.MarkReached m -> {
                byte[] name = m.name().getBytes(StandardCharsets.UTF_8);
                yield header(MARK_REACHED, m, 4 + 2 + name.length)
                        .putInt(m.turn())
                        .putShort(Binary.length16(name.length))
                        .put(name)
                        .array();
            }
            case MediaFrame.Played p -> header(PLAYED, p, 4 + 8 + 1)
                    .putInt(p.turn())
                    .putLong(p.playedMs())
                    .put((byte) (p.finished() ? 1 : 0))
                    .array();
        };
    }

    /// Completes the record of an audio frame whose payload is already in its place, at [#AUDIO_PAYLOAD_OFFSET] and up to the end
    /// of `record`: for the one writer who decodes straight into it, fifty times a second of each call.
    public static void putAudioHeader(byte[] record, CallId callId, long seq, long atMs, long timestampMs) {
        ByteBuffer out = ByteBuffer.wrap(record).put(AUDIO);
        Binary.putCallId(out, callId);
        out.putLong(seq)
                .putLong(atMs)
                .putLong(timestampMs)
                .putShort(Binary.length16(record.length - AUDIO_PAYLOAD_OFFSET));
    }

    private static ByteBuffer header(byte kind, MediaFrame frame, int bodyBytes) {
        ByteBuffer out = ByteBuffer.allocate(HEADER_BYTES + bodyBytes).put(kind);
        Binary.putCallId(out, frame.callId());
        return out.putLong(frame.seq()).putLong(frame.atMs());
    }

    @Override
    public Decoded<MediaFrame> decode(byte[] bytes) {
        if (bytes.length < HEADER_BYTES) {
            return Binary.malformed("a media frame of ", bytes.length, " bytes");
        }
        ByteBuffer in = ByteBuffer.wrap(bytes);
        byte kind = in.get();
        CallId callId = Binary.callId(in);
        long seq = in.getLong();
        long atMs = in.getLong();
        int body = in.remaining();
        return switch (kind) {
            case AUDIO -> {
                if (body < 10 || (in.getShort(in.position() + 8) & 0xFFFF) != body - 10) {
                    yield Binary.malformed("an audio frame of ", bytes.length, " bytes");
                }
                long timestampMs = in.getLong();
                yield new Decoded.Value<>(new MediaFrame.Audio(
                        callId, seq, atMs, timestampMs, new Slice(bytes, in.position() + 2, body - 10)));
            }
            case DIGIT -> body == 1
                    ? new Decoded.Value<>(new MediaFrame.Digit(callId, seq, atMs, (char) (in.get() & 0x7F)))
                    : Binary.malformed("a digit of ", bytes.length, " bytes");
            case MARK_REACHED -> {
                if (body < 6 || (in.getShort(in.position() + 4) & 0xFFFF) != body - 6) {
                    yield Binary.malformed("a mark of ", bytes.length, " bytes");
                }
                int turn = in.getInt();
                String name = new String(bytes, in.position() + 2, body - 6, StandardCharsets.UTF_8);
                yield new Decoded.Value<>(new MediaFrame.MarkReached(callId, seq, atMs, turn, name));
            }
            case PLAYED -> body == 13
                    ? new Decoded.Value<>(
                            new MediaFrame.Played(callId, seq, atMs, in.getInt(), in.getLong(), in.get() != 0))
                    : Binary.malformed("playback progress of ", bytes.length, " bytes");
            default -> Binary.malformed("media frame of unknown kind ", kind, "");
        };
    }
}
