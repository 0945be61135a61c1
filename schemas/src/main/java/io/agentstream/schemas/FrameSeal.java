package io.agentstream.schemas;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import org.jspecify.annotations.Nullable;

/// Seals and opens what is heard of one call, fifty times a second each way, with one cipher that is made once. A nonce is eight
/// bytes that this writer has drawn and a count, so that no two writers of a call (a worker that has lost it is one) and no two frames
/// of a writer ever have the same. What is sealed is bound to its call and its place. One thread at a time.
public final class FrameSeal {

    private static final int SALT_BYTES = 8;
    private static final int PLACE_BYTES = 1 + 16 + 8 + 8 + 8;

    private final SealKey key;
    private final Cipher cipher;
    private final byte[] nonce = new byte[SealKey.NONCE_BYTES];
    private final byte[] place = new byte[PLACE_BYTES];
    private int count;

    public FrameSeal(SealKey key, SecureRandom random) {
        this.key = key;
        byte[] salt = new byte[SALT_BYTES];
        random.nextBytes(salt);
        System.arraycopy(salt, 0, nonce, 0, SALT_BYTES);
        try {
            this.cipher = Cipher.getInstance("AES/GCM/NoPadding");
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("there is no AES-GCM", impossible);
        }
    }

    public MediaFrame.SealedAudio seal(MediaFrame.Audio a) {
        return new MediaFrame.SealedAudio(
                a.callId(), a.seq(), a.atMs(), a.timestampMs(), seal('a', a.callId(), a.seq(), a.atMs(), a.timestampMs(), a.payload()));
    }

    /// Nothing where it was changed, or sealed with another key.
    public MediaFrame.@Nullable Audio open(MediaFrame.SealedAudio a) {
        Slice plain = open('a', a.callId(), a.seq(), a.atMs(), a.timestampMs(), a.sealed());
        return plain == null ? null : new MediaFrame.Audio(a.callId(), a.seq(), a.atMs(), a.timestampMs(), plain);
    }

    public MediaFrame.SealedDigit seal(MediaFrame.Digit d) {
        Slice plain = Slice.of(new byte[] {(byte) d.digit()});
        return new MediaFrame.SealedDigit(d.callId(), d.seq(), d.atMs(), seal('d', d.callId(), d.seq(), d.atMs(), 0, plain));
    }

    /// Nothing where it was changed, or sealed with another key.
    public MediaFrame.@Nullable Digit open(MediaFrame.SealedDigit d) {
        Slice plain = open('d', d.callId(), d.seq(), d.atMs(), 0, d.sealed());
        if (plain == null || plain.length() != 1) {
            return null;
        }
        char digit = (char) plain.array()[plain.offset()];
        return MediaFrame.Digit.isKey(digit) ? new MediaFrame.Digit(d.callId(), d.seq(), d.atMs(), digit) : null;
    }

    public SocketCommand.SealedPlay seal(SocketCommand.Play p) {
        return new SocketCommand.SealedPlay(
                p.callId(), p.turn(), p.seq(), p.frameBytes(),
                seal('p', p.callId(), p.turn(), p.seq(), p.epoch(), p.payload()), p.epoch());
    }

    /// Nothing where it was changed, or sealed with another key.
    public SocketCommand.@Nullable Play open(SocketCommand.SealedPlay p) {
        Slice plain = open('p', p.callId(), p.turn(), p.seq(), p.epoch(), p.sealed());
        return plain == null
                ? null
                : new SocketCommand.Play(p.callId(), p.turn(), p.seq(), p.frameBytes(), plain, p.epoch());
    }

    private Slice seal(char kind, CallId callId, long one, long two, long three, Slice plain) {
        count++;
        nonce[SALT_BYTES] = (byte) (count >>> 24);
        nonce[SALT_BYTES + 1] = (byte) (count >>> 16);
        nonce[SALT_BYTES + 2] = (byte) (count >>> 8);
        nonce[SALT_BYTES + 3] = (byte) count;
        byte[] out = new byte[plain.length() + SealKey.OVERHEAD_BYTES];
        System.arraycopy(nonce, 0, out, 0, nonce.length);
        try {
            cipher.init(Cipher.ENCRYPT_MODE, key.secret(), new GCMParameterSpec(SealKey.TAG_BYTES * 8, nonce));
            place(kind, callId, one, two, three);
            cipher.doFinal(plain.array(), plain.offset(), plain.length(), out, nonce.length);
            return Slice.of(out);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("AES-GCM cannot encrypt", impossible);
        }
    }

    private @Nullable Slice open(char kind, CallId callId, long one, long two, long three, Slice sealed) {
        int length = sealed.length() - SealKey.OVERHEAD_BYTES;
        if (length < 0) {
            return null;
        }
        byte[] out = new byte[length];
        try {
            cipher.init(
                    Cipher.DECRYPT_MODE, key.secret(),
                    new GCMParameterSpec(SealKey.TAG_BYTES * 8, sealed.array(), sealed.offset(), SealKey.NONCE_BYTES));
            place(kind, callId, one, two, three);
            cipher.doFinal(
                    sealed.array(), sealed.offset() + SealKey.NONCE_BYTES, sealed.length() - SealKey.NONCE_BYTES, out, 0);
            return Slice.of(out);
        } catch (GeneralSecurityException foreign) {
            return null;
        }
    }

    private void place(char kind, CallId callId, long one, long two, long three) {
        place[0] = (byte) kind;
        Binary.putInt64(place, 1, callId.value().getMostSignificantBits());
        Binary.putInt64(place, 9, callId.value().getLeastSignificantBits());
        Binary.putInt64(place, 17, one);
        Binary.putInt64(place, 25, two);
        Binary.putInt64(place, 33, three);
        cipher.updateAAD(place);
    }
}
