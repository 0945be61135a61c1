package io.agentstream.runtime;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// How a worker asks an orchestrator for a key of an outside service, and how it is answered, over a network that may be listened to: the
/// question is signed, the answer sealed for that question, and the secret that both have is never sent. Whoever sends a question again gets an
/// answer that he cannot open. Any thread.
public final class WorkerSecret {

    /// Where on an orchestrator's administration port the keys are: behind it the organisation's number, `/`, and the key's name.
    public static final String PATH = "/internal/service-keys/";

    /// Headers of a question: when it was asked, in seconds since 1970; and the signature.
    public static final String TIME_HEADER = "Agent-Stream-Time";

    public static final String SIGNATURE_HEADER = "Agent-Stream-Signature";

    /// How far apart the clocks of the two may be.
    public static final long PATIENCE_SECONDS = 120;

    private static final String HMAC = "HmacSHA256";
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    private final SecretKeySpec signing;
    private final SecretKeySpec sealing;
    private final SecureRandom random;

    public WorkerSecret(Secret secret, SecureRandom random) {
        byte[] bytes = secret.reveal().getBytes(StandardCharsets.UTF_8);
        this.signing = new SecretKeySpec(hmac(new SecretKeySpec(bytes, HMAC), "agent-stream worker asks"), HMAC);
        this.sealing = new SecretKeySpec(hmac(new SecretKeySpec(bytes, HMAC), "agent-stream worker is answered"), "AES");
        this.random = random;
    }

    /// @param second since 1970
    public String sign(String path, long second) {
        return Base64.getEncoder().encodeToString(hmac(signing, second + " " + path));
    }

    /// Whether one of ours asked this, lately.
    public boolean isSigned(String path, String second, String signature, long nowSecond) {
        if (!second.matches("[0-9]{1,12}") || Math.abs(Long.parseLong(second) - nowSecond) > PATIENCE_SECONDS) {
            return false;
        }
        return MessageDigest.isEqual(
                sign(path, Long.parseLong(second)).getBytes(StandardCharsets.UTF_8), signature.getBytes(StandardCharsets.UTF_8));
    }

    /// @param signature of the question
    public String seal(Secret key, String signature) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        try {
            byte[] sealed = cipher(Cipher.ENCRYPT_MODE, nonce, 0, signature).doFinal(key.reveal().getBytes(StandardCharsets.UTF_8));
            byte[] all = new byte[NONCE_BYTES + sealed.length];
            System.arraycopy(nonce, 0, all, 0, NONCE_BYTES);
            System.arraycopy(sealed, 0, all, NONCE_BYTES, sealed.length);
            return Base64.getEncoder().encodeToString(all);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("AES-GCM cannot encrypt", impossible);
        }
    }

    /// Nothing where it was not sealed for this question, or with another secret.
    public Optional<Secret> open(String sealed, String signature) {
        try {
            byte[] all = Base64.getDecoder().decode(sealed);
            if (all.length < NONCE_BYTES) {
                return Optional.empty();
            }
            byte[] plain = cipher(Cipher.DECRYPT_MODE, all, 0, signature).doFinal(all, NONCE_BYTES, all.length - NONCE_BYTES);
            return Optional.of(new Secret(new String(plain, StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException | IllegalArgumentException foreign) {
            return Optional.empty();
        }
    }

    private Cipher cipher(int mode, byte[] nonce, int offset, String boundTo) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, sealing, new GCMParameterSpec(TAG_BITS, nonce, offset, NONCE_BYTES));
        cipher.updateAAD(boundTo.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }

    private static byte[] hmac(SecretKeySpec key, String text) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(key);
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("HMAC-SHA256 cannot sign", impossible);
        }
    }
}
