package io.agentstream.orchestrator.secret;

import io.agentstream.runtime.Secret;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.regex.Pattern;

/// Makes API keys and the hashes under which they are kept. A key is `ags_` and 32 random bytes in base64url, so a plain
/// SHA-256 is enough, and looking a hash up tells an attacker nothing that helps to guess a key. Any thread.
public final class ApiKeys {
    private static final String START = "ags_";
    private static final String OPERATOR_START = "ago_";
    private static final int RANDOM_BYTES = 32;
    private static final int SHOWN_CHARACTERS = 8;

    /// The last of 43 characters holds four of 256 bits, so it is one of sixteen.
    private static final Pattern FORM = Pattern.compile("ags_[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]");

    private final SecureRandom random;

    public ApiKeys(SecureRandom random) {
        this.random = random;
    }

    public Secret generate() {
        return generate(START);
    }

    /// A key for the installation's operator, which has not the form of a tenant's.
    public Secret generateOperatorKey() {
        return generate(OPERATOR_START);
    }

    private Secret generate(String start) {
        byte[] bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        return new Secret(start + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    }

    /// Whether `key` has the form of one of ours; what has not need not be looked up.
    public static boolean isWellFormed(Secret key) {
        return FORM.matcher(key.reveal()).matches();
    }

    /// The 32 bytes that are stored in the key's place.
    public static byte[] hash(Secret key) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(key.reveal().getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /// The first characters of a well-formed key, by which its owner tells it from others.
    public static String prefix(Secret key) {
        return key.reveal().substring(0, SHOWN_CHARACTERS);
    }
}
