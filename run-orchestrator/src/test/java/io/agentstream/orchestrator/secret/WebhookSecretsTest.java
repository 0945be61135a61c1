package io.agentstream.orchestrator.secret;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.runtime.Secret;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;

final class WebhookSecretsTest {

    /// What `openssl dgst -sha256 -mac HMAC` makes of the same, as the page for operators shows.
    @Test
    void signsAsOthersDo() {
        assertEquals(
                "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
                WebhookSecrets.sign(
                        new Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330L,
                        "{\"test\": 2432232314}"));
    }

    @Test
    void makesSecretsOf32Bytes() {
        assertTrue(WebhookSecrets.generate(new SecureRandom()).reveal().matches("whsec_[A-Za-z0-9+/]{43}="));
    }
}
