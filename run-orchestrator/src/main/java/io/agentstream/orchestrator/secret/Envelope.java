package io.agentstream.orchestrator.secret;

import java.util.Arrays;
import java.util.HexFormat;

/// A secret as [CredentialsCipher] sealed it: version (1 byte, 1), key id (8), nonce (12), ciphertext, tag (16).
/// May come from anywhere: nothing about the bytes is taken for granted before they are opened.
public final class Envelope {
    static final byte VERSION = 1;
    static final int KEY_ID_BYTES = 8;
    static final int NONCE_BYTES = 12;
    static final int TAG_BYTES = 16;
    static final int HEADER_BYTES = 1 + KEY_ID_BYTES + NONCE_BYTES;

    private final byte[] bytes;

    private Envelope(byte[] bytes) {
        this.bytes = bytes;
    }

    public static Envelope of(byte[] bytes) {
        return new Envelope(bytes.clone());
    }

    public byte[] bytes() {
        return bytes.clone();
    }

    boolean isComplete() {
        return bytes.length >= HEADER_BYTES + TAG_BYTES && bytes[0] == VERSION;
    }

    /// Which key made it, in hex; empty where the envelope is cut.
    public String keyId() {
        return isComplete() ? HexFormat.of().formatHex(bytes, 1, 1 + KEY_ID_BYTES) : "";
    }

    byte[] header() {
        return Arrays.copyOf(bytes, HEADER_BYTES);
    }

    byte[] nonce() {
        return Arrays.copyOfRange(bytes, 1 + KEY_ID_BYTES, HEADER_BYTES);
    }

    byte[] sealed() {
        return Arrays.copyOfRange(bytes, HEADER_BYTES, bytes.length);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Envelope that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return "Envelope[" + bytes.length + " bytes]";
    }
}
