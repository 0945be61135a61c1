package io.agentstream.orchestrator.secret;

import io.agentstream.runtime.Secret;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Makes the secrets of webhooks and signs with them, as Standard Webhooks 1.0.0 says: `whsec_` and base64 of 32 random bytes, which
/// are the key of HMAC-SHA256 over `id.timestamp.body`. Any thread.
public final class WebhookSecrets {
    private static final String START = "whsec_";
    private static final int RANDOM_BYTES = 32;
    private static final String ALGORITHM = "HmacSHA256";

    private WebhookSecrets() {}

    public static Secret generate(SecureRandom random) {
        byte[] bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        return new Secret(START + Base64.getEncoder().encodeToString(bytes));
    }

    /// One signature of the list that `webhook-signature` is.
    ///
    /// @param timestamp seconds since 1970
    public static String sign(Secret secret, String id, long timestamp, String body) {
        byte[] key = Base64.getDecoder().decode(secret.reveal().substring(START.length()));
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key, ALGORITHM));
            byte[] signed = mac.doFinal((id + "." + timestamp + "." + body).getBytes(StandardCharsets.UTF_8));
            return "v1," + Base64.getEncoder().encodeToString(signed);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("HMAC-SHA256 cannot sign", impossible);
        }
    }
}
