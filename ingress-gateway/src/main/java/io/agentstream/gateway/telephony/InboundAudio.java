package io.agentstream.gateway.telephony;

/// The audio of the message that was read last, decoded. Made once for a thread and used again for each message; the array is a
/// new one for each, so whoever took it keeps it.
public final class InboundAudio {

    /// The time of a message whose provider gives none.
    public static final long NO_TIME = -1;

    /// What became of decoding.
    public enum Outcome {
        DECODED,
        EMPTY,
        NOT_BASE64,
        TOO_LONG
    }

    private static final byte[] NOTHING = {};

    private final int headroomBytes;
    private final int maxBytes;

    private byte[] record = NOTHING;

    private int foundFrom;
    private int foundTo;
    private long timestampMs = NO_TIME;

    /// @param headroomBytes left free in front of the audio, for whoever puts a header there
    /// @param maxBytes longest audio of a message
    public InboundAudio(int headroomBytes, int maxBytes) {
        this.headroomBytes = headroomBytes;
        this.maxBytes = maxBytes;
    }

    /// The headroom and then the audio, up to the end of the array.
    public byte[] record() {
        return record;
    }

    public int lengthBytes() {
        return Math.max(0, record.length - headroomBytes);
    }

    /// The provider's clock in milliseconds, or [#NO_TIME].
    public long timestampMs() {
        return timestampMs;
    }

    /// Notes the time of the message: the provider's clock in milliseconds, or [#NO_TIME].
    public void at(long timestampMs) {
        this.timestampMs = timestampMs;
    }

    /// Notes where in the message its base64 lies, for [#decodeFound].
    public void found(int from, int to) {
        foundFrom = from;
        foundTo = to;
    }

    /// Decodes what was found in `text`.
    public Outcome decodeFound(byte[] text) {
        return decode(text, foundFrom, foundTo);
    }

    /// Decodes base64 from `from` to `to`.
    public Outcome decode(byte[] text, int from, int to) {
        Outcome outcome = strictly(text, from, to);
        if (outcome != Outcome.NOT_BASE64) {
            return outcome;
        }
        byte[] mended = Base64Text.mend(text, from, to);
        return strictly(mended, 0, mended.length);
    }

    private Outcome strictly(byte[] text, int from, int to) {
        int length = Base64Text.decodedBytes(text, from, to);
        if (length <= 0) {
            return length == 0 ? Outcome.EMPTY : Outcome.NOT_BASE64;
        }
        if (length > maxBytes) {
            return Outcome.TOO_LONG;
        }
        byte[] decoded = new byte[headroomBytes + length];
        if (!Base64Text.decode(text, from, to, decoded, headroomBytes)) {
            return Outcome.NOT_BASE64;
        }
        record = decoded;
        return Outcome.DECODED;
    }
}
