package io.agentstream.schemas;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// A key of AES-256-GCM. What it seals is a nonce of 12 bytes, the ciphertext, and a tag of 16. Does not print. Any thread.
public final class SealKey {

    static final int NONCE_BYTES = 12;
    static final int TAG_BYTES = 16;

    /// By how much what is sealed is longer.
    public static final int OVERHEAD_BYTES = NONCE_BYTES + TAG_BYTES;

    private static final int KEY_BYTES = 32;

    private final SecretKeySpec key;

    private SealKey(byte[] bytes) {
        this.key = new SecretKeySpec(bytes, "AES");
    }

    /// A new key.
    public static SealKey generate(SecureRandom random) {
        byte[] bytes = new byte[KEY_BYTES];
        random.nextBytes(bytes);
        return new SealKey(bytes);
    }

    /// The key of 32 bytes in base64, or nothing where the text is none.
    public static Optional<SealKey> parse(String base64) {
        try {
            byte[] bytes = Base64.getDecoder().decode(base64);
            return bytes.length == KEY_BYTES ? Optional.of(new SealKey(bytes)) : Optional.empty();
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
    }

    SecretKey secret() {
        return key;
    }

    /// This key, sealed by another, as text.
    String wrappedBy(SealKey other, byte[] boundTo, SecureRandom random) {
        return Base64.getEncoder().encodeToString(other.seal(key.getEncoded(), boundTo, random));
    }

    Optional<SealKey> unwrap(String wrapped, byte[] boundTo) {
        return open(wrapped, boundTo).filter(bytes -> bytes.length == KEY_BYTES).map(SealKey::new);
    }

    /// @param boundTo what it opens with only
    byte[] seal(byte[] plain, byte[] boundTo, SecureRandom random) {
        byte[] sealed = new byte[OVERHEAD_BYTES + plain.length];
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        System.arraycopy(nonce, 0, sealed, 0, NONCE_BYTES);
        try {
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(TAG_BYTES * 8, nonce));
            cipher.updateAAD(boundTo);
            cipher.doFinal(plain, 0, plain.length, sealed, NONCE_BYTES);
            return sealed;
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("AES-GCM cannot encrypt", impossible);
        }
    }

    /// Nothing where it was sealed with another key, for something else, or was changed.
    Optional<byte[]> open(String base64, byte[] boundTo) {
        try {
            return open(Base64.getDecoder().decode(base64), boundTo);
        } catch (IllegalArgumentException foreign) {
            return Optional.empty();
        }
    }

    /// As bytes.
    Optional<byte[]> open(byte[] sealed, byte[] boundTo) {
        try {
            if (sealed.length < OVERHEAD_BYTES) {
                return Optional.empty();
            }
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(Cipher.DECRYPT_MODE, key, new GCMParameterSpec(TAG_BYTES * 8, sealed, 0, NONCE_BYTES));
            cipher.updateAAD(boundTo);
            return Optional.of(cipher.doFinal(sealed, NONCE_BYTES, sealed.length - NONCE_BYTES));
        } catch (GeneralSecurityException foreign) {
            return Optional.empty();
        }
    }
}
