package io.agentstream.orchestrator.decide;

import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.End;
import io.agentstream.schemas.Failure;
import io.agentstream.schemas.MediaFormat;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Records of a call in which only what a test is about needs to be said.
public final class Samples {

    public static final String DIGEST = "d".repeat(64);
    public static final Instant T0 = Instant.parse("2026-01-01T00:00:00Z");

    private Samples() {}

    public static CallId callId() {
        return new CallId(UUID.randomUUID());
    }

    public static String digest(UUID agent) {
        try {
            return HexFormat.of().formatHex(
                    MessageDigest.getInstance("SHA-256").digest(agent.toString().getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    public static Offer offered() {
        return new Offer(callId(), T0, null, DIGEST, null, null, null, null);
    }

    public record Offer(
            CallId callId,
            Instant at,
            @Nullable Failure refusal,
            String digest,
            @Nullable String domain,
            @Nullable String externalCallId,
            @Nullable String from,
            @Nullable String to) {

        public Offer of(CallId call) {
            return new Offer(call, at, refusal, digest, domain, externalCallId, from, to);
        }

        public Offer at(Instant when) {
            return new Offer(callId, when, refusal, digest, domain, externalCallId, from, to);
        }

        public Offer refusal(Failure why) {
            return new Offer(callId, at, why, digest, domain, externalCallId, from, to);
        }

        public Offer agent(UUID agent) {
            return new Offer(callId, at, refusal, Samples.digest(agent), domain, externalCallId, from, to);
        }

        public Offer domain(@Nullable String name) {
            return new Offer(callId, at, refusal, digest, name, externalCallId, from, to);
        }

        public Offer externalCallId(String id) {
            return new Offer(callId, at, refusal, digest, domain, id, from, to);
        }

        public Offer from(String number) {
            return new Offer(callId, at, refusal, digest, domain, externalCallId, number, to);
        }

        public CallEvent.Offered build() {
            return new CallEvent.Offered(
                    callId, 1, at, refusal, "cloudonix", digest, 3, "203.0.113.7", domain, externalCallId, from, to);
        }
    }

    public static Start started() {
        return new Start(callId(), "call-1", "sess-1", "acme.cloudonix.net", "inbound", Map.of(), null);
    }

    public record Start(
            CallId callId,
            @Nullable String callSid,
            @Nullable String session,
            @Nullable String domain,
            @Nullable String context,
            Map<String, String> parameters,
            @Nullable List<String> cut) {

        /// Each call has a session of its own, unless the test gives it one.
        public Start of(CallId call) {
            return new Start(call, callSid, "sess-1".equals(session) ? "sess-" + call : session, domain, context, parameters, cut);
        }

        public Start callSid(@Nullable String sid) {
            return new Start(callId, sid, session, domain, context, parameters, cut);
        }

        public Start session(@Nullable String token) {
            return new Start(callId, callSid, token, domain, context, parameters, cut);
        }

        public Start domain(@Nullable String name) {
            return new Start(callId, callSid, session, name, context, parameters, cut);
        }

        public Start context(@Nullable String word) {
            return new Start(callId, callSid, session, domain, word, parameters, cut);
        }

        public Start parameters(Map<String, String> custom) {
            return new Start(callId, callSid, session, domain, context, custom, cut);
        }

        public Start cut(List<String> sentences) {
            return new Start(callId, callSid, session, domain, context, parameters, sentences);
        }

        public CallEvent.Started build() {
            return new CallEvent.Started(
                    callId, 2, T0.plusSeconds(1), "MZ-1", callSid, session, domain, null, null, context,
                    List.of("inbound"), MediaFormat.MULAW_8K, parameters, cut);
        }
    }

    public static CallEvent.Ended ended(CallId callId, Instant at, End end) {
        return new CallEvent.Ended(callId, 9, at, 1000, "", end, null);
    }

    public static CallEvent.Ended failed(CallId callId, Instant at, Failure failure) {
        return new CallEvent.Ended(callId, 9, at, failure.closeCode(), failure.reason(), null, failure);
    }
}
