package io.agentstream.schemas;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

@Doc("By which names the telephony provider knows a run's call. The account is the organisation's. Names of the call are digests, so"
        + " that who has the provider's records finds the call there, and nobody else learns a name; they are gone once the run is erased.")
public record CarrierFacts(
        @Doc("The account that the call came by: its domain at the provider.") @Nullable String account,
        @Doc("SHA-256, in hexadecimal, of the provider's name for the session.") @Nullable String sessionSha256,
        @Doc("SHA-256, in hexadecimal, of the provider's name for the call.") @Nullable String callSha256,
        @Doc("SHA-256, in hexadecimal, of the provider's name for the stream.") @Nullable String streamSha256) {

    public static final CarrierFacts NONE = new CarrierFacts(null, null, null, null);

    /// From the names as the provider gives them; a null is none.
    public static CarrierFacts of(
            @Nullable String account, @Nullable String session, @Nullable String callSid, @Nullable String streamSid) {
        return new CarrierFacts(account, digest(session), digest(callSid), digest(streamSid));
    }

    /// Without what could say who called.
    public CarrierFacts erased() {
        return new CarrierFacts(account, null, null, null);
    }

    private static @Nullable String digest(@Nullable String name) {
        if (name == null) {
            return null;
        }
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("every JDK has SHA-256", missing);
        }
    }
}
