package io.agentstream.orchestrator.webhook;

import io.agentstream.runtime.outbound.AwkwardReceiver.Got;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// What a receiver does to know that a message is ours, written from the specification and not from our code.
final class Receivers {

    private Receivers() {}

    /// How many of the message's signatures were made with this secret.
    static long verified(Got got, String secret) throws Exception {
        byte[] key = Base64.getDecoder().decode(secret.replaceFirst("^whsec_", ""));
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "RAW"));
        mac.update(got.headers().get("webhook-id").getBytes(StandardCharsets.UTF_8));
        mac.update((byte) '.');
        mac.update(got.headers().get("webhook-timestamp").getBytes(StandardCharsets.UTF_8));
        mac.update((byte) '.');
        String expected = Base64.getEncoder().encodeToString(mac.doFinal(got.body().getBytes(StandardCharsets.UTF_8)));
        return signatures(got).stream().filter(signature -> signature.equals("v1," + expected)).count();
    }

    static List<String> signatures(Got got) {
        return Arrays.asList(got.headers().get("webhook-signature").split(" ", -1));
    }
}
