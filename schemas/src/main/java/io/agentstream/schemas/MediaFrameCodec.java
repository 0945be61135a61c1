package io.agentstream.schemas;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// The binary form of a [MediaFrame], big-endian:
///
/// | bytes | |
/// |---|---|
/// | 1 | kind: 1 audio, 2 digit, 3 mark reached, 4 played, 5 sealed audio, 6 sealed digit, 7 playing, 8 silence |
/// | 16 | call |
/// | 8 | sequence number |
/// | 8 | milliseconds since 1970 |
/// | audio | 8 stream time in ms, 2 length, payload |
/// | digit | 1 ASCII character |
/// | mark reached | 4 turn, 2 length, name in UTF-8 |
/// | sealed audio | 8 stream time in ms, 2 length, 12 nonce, ciphertext, 16 tag |
/// | sealed digit | 2 length, 12 nonce, ciphertext, 16 tag |
/// | played | 4 turn, 8 played ms, 1 finished |
/// | playing | 4 turn, 4 epoch, 8 from byte, 8 starts at, in microseconds since 1970 |
/// | silence | 8 from, in microseconds since 1970 |
/// | each | fields that were added later, as in [Binary#addedFields]; a reader passes over those that it does not know |
///
/// A kind never changes its layout: what cannot be said by an added field becomes a new kind, which older readers pass over.
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
    private static final byte SEALED_AUDIO = 5;
    private static final byte SEALED_DIGIT = 6;
    private static final byte PLAYING = 7;
    private static final byte SILENCE = 8;

    @Override
    public byte[] encode(MediaFrame frame) {
        return switch (frame) {
            case MediaFrame.Audio a -> header(AUDIO, a, 8 + 2 + a.payload().length())
                    .putLong(a.timestampMs())
                    .putShort(Binary.length16(a.payload().length()))
                    .put(a.payload().array(), a.payload().offset(), a.payload().length())
                    .array();
            case MediaFrame.Digit d -> header(DIGIT, d, 1).put((byte) d.digit()).array();
            case MediaFrame.SealedAudio a -> header(SEALED_AUDIO, a, 8 + 2 + a.sealed().length())
                    .putLong(a.timestampMs())
                    .putShort(Binary.length16(a.sealed().length()))
                    .put(a.sealed().array(), a.sealed().offset(), a.sealed().length())
                    .array();
            case MediaFrame.SealedDigit d -> header(SEALED_DIGIT, d, 2 + d.sealed().length())
                    .putShort(Binary.length16(d.sealed().length()))
                    .put(d.sealed().array(), d.sealed().offset(), d.sealed().length())
                    .array();
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
            case MediaFrame.Playing p -> header(PLAYING, p, 4 + 4 + 8 + 8)
                    .putInt(p.turn())
                    .putInt(p.epoch())
                    .putLong(p.fromByte())
                    .putLong(p.startsAtUs())
                    .array();
            case MediaFrame.Silence s -> header(SILENCE, s, 8).putLong(s.fromUs()).array();
        };
    }

    /// Completes the record of an audio frame whose payload is already in its place, at [#AUDIO_PAYLOAD_OFFSET] and up to the end
    /// of `record`: for the one writer who decodes straight into it, fifty times a second of each call.
    public static void putAudioHeader(byte[] record, CallId callId, long seq, long atMs, long timestampMs) {
        record[0] = AUDIO;
        Binary.putInt64(record, 1, callId.value().getMostSignificantBits());
        Binary.putInt64(record, 9, callId.value().getLeastSignificantBits());
        Binary.putInt64(record, 17, seq);
        Binary.putInt64(record, 25, atMs);
        Binary.putInt64(record, HEADER_BYTES, timestampMs);
        Binary.putInt16(record, HEADER_BYTES + 8, Binary.length16(record.length - AUDIO_PAYLOAD_OFFSET));
    }

    private static ByteBuffer header(byte kind, MediaFrame frame, int bodyBytes) {
        ByteBuffer out = ByteBuffer.allocate(HEADER_BYTES + bodyBytes).put(kind);
        Binary.putCallId(out, frame.callId());
        return out.putLong(frame.seq()).putLong(frame.atMs());
    }

    /// What every frame begins with.
    public record Header(CallId callId, long seq, long atMs) {}

    /// The beginning of a frame of any kind, also of one that this version does not know or whose body it cannot read; nothing where there
    /// are too few bytes for one.
    public static Optional<Header> header(byte[] bytes) {
        return bytes.length < HEADER_BYTES
                ? Optional.empty()
                : Optional.of(new Header(Binary.callId(bytes, 1), Binary.int64(bytes, 17), Binary.int64(bytes, 25)));
    }

    @Override
    public Decoded<MediaFrame> decode(byte[] bytes) {
        if (bytes.length < HEADER_BYTES) {
            return Binary.malformed("a media frame of ", bytes.length, " bytes");
        }
        byte kind = bytes[0];
        CallId callId = Binary.callId(bytes, 1);
        long seq = Binary.int64(bytes, 17);
        long atMs = Binary.int64(bytes, 25);
        int at = HEADER_BYTES;
        int body = bytes.length - HEADER_BYTES;
        return switch (kind) {
            case AUDIO -> {
                int payload = body < 10 ? 0 : Binary.uint16(bytes, at + 8);
                yield body >= 10 + payload && Binary.addedFields(bytes, at + 10 + payload)
                        ? new Decoded.Value<>(new MediaFrame.Audio(
                                callId, seq, atMs, Binary.int64(bytes, at), new Slice(bytes, at + 10, payload)))
                        : Binary.malformed("an audio frame of ", bytes.length, " bytes");
            }
            case SEALED_AUDIO -> {
                int sealed = body < 10 ? 0 : Binary.uint16(bytes, at + 8);
                yield body >= 10 + sealed && Binary.addedFields(bytes, at + 10 + sealed)
                        ? new Decoded.Value<>(new MediaFrame.SealedAudio(
                                callId, seq, atMs, Binary.int64(bytes, at), new Slice(bytes, at + 10, sealed)))
                        : Binary.malformed("a sealed frame of ", bytes.length, " bytes");
            }
            case SEALED_DIGIT -> {
                int sealed = body < 2 ? 0 : Binary.uint16(bytes, at);
                yield body >= 2 + sealed && Binary.addedFields(bytes, at + 2 + sealed)
                        ? new Decoded.Value<>(new MediaFrame.SealedDigit(callId, seq, atMs, new Slice(bytes, at + 2, sealed)))
                        : Binary.malformed("a sealed digit of ", bytes.length, " bytes");
            }
            case DIGIT -> body >= 1 && MediaFrame.Digit.isKey((char) (bytes[at] & 0xFF)) && Binary.addedFields(bytes, at + 1)
                    ? new Decoded.Value<>(new MediaFrame.Digit(callId, seq, atMs, (char) bytes[at]))
                    : Binary.malformed("a digit of ", bytes.length, " bytes");
            case MARK_REACHED -> {
                int length = body < 6 ? 0 : Binary.uint16(bytes, at + 4);
                String name = body < 6 || length > Binary.MAX_NAME_BYTES ? null : Binary.text(bytes, at + 6, length);
                yield name != null && Binary.addedFields(bytes, at + 6 + length)
                        ? new Decoded.Value<>(new MediaFrame.MarkReached(callId, seq, atMs, Binary.int32(bytes, at), name))
                        : Binary.malformed("a mark of ", bytes.length, " bytes");
            }
            case PLAYED -> body >= 13 && Binary.addedFields(bytes, at + 13)
                    ? new Decoded.Value<>(new MediaFrame.Played(
                            callId, seq, atMs, Binary.int32(bytes, at), Binary.int64(bytes, at + 4), bytes[at + 12] != 0))
                    : Binary.malformed("playback progress of ", bytes.length, " bytes");
            case PLAYING -> body >= 24 && Binary.int64(bytes, at + 8) >= 0 && Binary.addedFields(bytes, at + 24)
                    ? new Decoded.Value<>(new MediaFrame.Playing(
                            callId, seq, atMs, Binary.int32(bytes, at), Binary.int32(bytes, at + 4), Binary.int64(bytes, at + 8),
                            Binary.int64(bytes, at + 16)))
                    : Binary.malformed("a beginning of playback of ", bytes.length, " bytes");
            case SILENCE -> body >= 8 && Binary.addedFields(bytes, at + 8)
                    ? new Decoded.Value<>(new MediaFrame.Silence(callId, seq, atMs, Binary.int64(bytes, at)))
                    : Binary.malformed("a silence of ", bytes.length, " bytes");
            default -> Binary.unknown("a media frame", kind);
        };
    }
}
