package io.agentstream.gateway.socket;

import io.agentstream.gateway.call.CallEffect;
import io.agentstream.gateway.kafka.CallLog;
import io.agentstream.gateway.telephony.OddMessage;
import io.agentstream.gateway.telephony.ProviderMessage.StreamDetails;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.Failure;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.MediaFrameCodec;
import io.agentstream.schemas.Topics;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes one call's records, with its sequence numbers, its log line and its places in the counts. For the call's I/O thread
/// only.
final class CallJournal {

    private static final Logger log = LoggerFactory.getLogger(CallJournal.class);

    private final CallFacts facts;
    private final GatewayParts parts;
    private final AdmissionControl.Permit permit;
    private final CallLog.Share share;
    private final long acceptedUs;
    private final Runnable onLost;
    private final byte[] key;

    private long seq;
    private @Nullable Instant firstHeardAt;
    private @Nullable Instant firstPlayedAt;
    /// Milliseconds that were heard of the turns before the newest that sounded, and of that one.
    private long playedBeforeMs;
    private long playedMs;
    private int playedTurn;

    /// @param onLost told, on any thread, that an event which the call needs could not be written
    CallJournal(
            CallFacts facts, GatewayParts parts, AdmissionControl.Permit permit, long acceptedUs, Runnable onLost) {
        this.facts = facts;
        this.parts = parts;
        this.permit = permit;
        this.share = parts.callLog().share();
        this.acceptedUs = acceptedUs;
        this.onLost = onLost;
        this.key = facts.callId().toKey();
    }

    /// The number of the call's next record; each is used for one record.
    long nextSeq() {
        return ++seq;
    }

    void offered(@Nullable Failure refusal) {
        StreamRequest request = facts.request();
        event(
                new CallEvent.Offered(
                        facts.callId(), nextSeq(), now(), refusal, facts.provider(), request.agentDigest(), parts.slot().getAsInt(),
                        facts.address(), facts.domain(), request.externalCallId(), request.from(), request.to()),
                refusal == null);
    }

    void started(StreamDetails details) {
        StreamRequest request = facts.request();
        event(
                new CallEvent.Started(
                        facts.callId(), nextSeq(), now(), details.streamSid(), details.callSid(), details.session(),
                        facts.domain() != null ? facts.domain() : details.domain(),
                        request.from() != null ? request.from() : details.from(),
                        request.to() != null ? request.to() : details.to(),
                        details.context(), details.tracks(), details.mediaFormat(), details.customParameters(),
                        details.cut().isEmpty() ? null : details.cut()),
                true);
    }

    void opened(long nowUs) {
        permit.opened(nowUs);
        parts.meters().handshake.record(nowUs - acceptedUs, TimeUnit.MICROSECONDS);
    }

    /// A sign of life that is lost costs nobody a call: the next one comes soon.
    void alive() {
        event(new CallEvent.Alive(facts.callId(), nextSeq(), now()), false);
    }

    /// A message was passed over: counted now, said in `ended`.
    void odd(OddMessage how) {
        parts.meters().odd(how);
    }

    void ended(CallEffect.TellEnded ended, long nowUs) {
        event(
                new CallEvent.Ended(
                        facts.callId(), nextSeq(), now(), ended.code(), ended.reason(), ended.end(), ended.failure(),
                        ended.odd().isEmpty() ? null : ended.odd(), firstHeardAt, firstPlayedAt, playedBeforeMs + playedMs),
                false);
        Enum<?> cause = ended.end() != null ? ended.end() : ended.failure();
        log.atInfo()
                .addKeyValue("call", facts.callId())
                .addKeyValue("code", ended.code())
                .addKeyValue("cause", cause == null ? "none" : cause.name().toLowerCase(Locale.ROOT))
                .addKeyValue("duration_ms", (nowUs - acceptedUs) / 1_000)
                .addKeyValue("odd_messages", ended.odd().values().stream().mapToInt(Integer::intValue).sum())
                .log("call ended");
        parts.meters().closed(ended.code());
        permit.ended(ended.failure(), nowUs);
    }

    /// The connection is gone.
    void gone() {
        permit.gone();
    }

    /// A key, a mark or progress of playback.
    void frame(MediaFrame frame) {
        record(Topics.CALL_MEDIA.codec().encode(frame));
    }

    /// Audio goes out to the caller now.
    void sounds(IoLoop loop) {
        if (firstPlayedAt == null) {
            firstPlayedAt = Instant.ofEpochMilli(loop.wallMs());
        }
    }

    /// The caller has heard so much of a turn.
    void played(int turn, long ms) {
        if (ms <= 0) {
            return; // of a turn that was cleared before it sounded; another one may be sounding
        }
        if (turn != playedTurn) {
            playedBeforeMs += playedMs;
            playedMs = 0;
            playedTurn = turn;
        }
        playedMs = Math.max(playedMs, ms);
    }

    /// @param record an audio frame's, complete but for its header
    void audio(byte[] record, long timestampMs) {
        if (firstHeardAt == null) {
            firstHeardAt = now();
        }
        MediaFrameCodec.putAudioHeader(record, facts.callId(), nextSeq(), parts.clock().wall().millis(), timestampMs);
        record(record);
    }

    /// The one way to `call.media.v1`.
    private void record(byte[] record) {
        parts.callLog().frame(key, record, share);
    }

    private void event(CallEvent event, boolean needed) {
        parts.callLog().event(key, event, needed ? onLost : null);
    }

    private Instant now() {
        return Instant.ofEpochMilli(parts.clock().wall().millis());
    }
}
