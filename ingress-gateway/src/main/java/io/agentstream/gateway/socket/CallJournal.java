package io.agentstream.gateway.socket;

import io.agentstream.gateway.call.CallEffect;
import io.agentstream.gateway.kafka.CallLog;
import io.agentstream.gateway.kafka.CallPlace;
import io.agentstream.gateway.telephony.OddMessage;
import io.agentstream.gateway.telephony.ProviderMessage.StreamDetails;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallSecrets;
import io.agentstream.schemas.Failure;
import io.agentstream.schemas.FrameSeal;
import io.agentstream.schemas.MediaFacts;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.MediaFrameCodec;
import io.agentstream.schemas.Place;
import io.agentstream.schemas.SealKey;
import io.agentstream.schemas.Sealing;
import io.agentstream.schemas.Slice;
import io.agentstream.schemas.SocketCommand;
import io.agentstream.schemas.Topics;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes one call's records, with its sequence numbers, its log line and its places in the counts. For the call's I/O thread
/// only.
final class CallJournal {

    private static final Logger log = LoggerFactory.getLogger(CallJournal.class);

    private static final SecureRandom RANDOM = new SecureRandom();

    private final CallFacts facts;
    private final GatewayParts parts;
    private final AdmissionControl.Permit permit;
    private final CallPlace commandsAt;
    private final CallLog.Share share;
    private final long acceptedUs;
    private final long acceptedWallUs;
    private final Runnable onLost;
    private final byte[] key;
    private @Nullable CallSecrets secrets;
    private @Nullable FrameSeal seal;

    private long seq;
    private @Nullable Instant firstHeardAt;
    private @Nullable Instant firstPlayedAt;
    private final Sounds caller = new Sounds();
    private final Sounds agent = new Sounds();
    /// Milliseconds that were heard of the turns before the newest that sounded, and of that one.
    private long playedBeforeMs;
    private long playedMs;
    private int playedTurn;
    private long heardFrames;
    private int gaps;
    private long gapUs;
    private long longestGapUs;

    /// @param commandsAt where the call's commands were read
    /// @param onLost told, on any thread, that an event which the call needs could not be written
    CallJournal(
            CallFacts facts, GatewayParts parts, AdmissionControl.Permit permit, CallPlace commandsAt, long acceptedUs,
            Runnable onLost) {
        this.facts = facts;
        this.parts = parts;
        this.permit = permit;
        this.commandsAt = commandsAt;
        this.share = parts.callLog().share();
        this.acceptedUs = acceptedUs;
        this.acceptedWallUs = ChronoUnit.MICROS.between(Instant.EPOCH, parts.clock().wall().instant());
        this.onLost = onLost;
        this.key = facts.callId().toKey();
    }

    /// The number of the call's next record; each is used for one record.
    long nextSeq() {
        return ++seq;
    }

    /// The time since 1970, in microseconds, of a time by which the call is played. Both are compared once, when the call comes: a wall
    /// clock that is set during the call tears nothing apart.
    long wallUs(long us) {
        return acceptedWallUs + (us - acceptedUs);
    }

    boolean isSealed() {
        return seal != null;
    }

    /// The call's worker cannot read what is written of it.
    void deaf() {
        parts.meters().deaf.increment();
        log.atError().addKeyValue("call", facts.callId()).log("the worker does not seal: it is older, or has no CALL_KEYS_KEY; closing the call");
    }

    /// What is sealed for this call's socket, opened; null where it is not what a worker sealed for it.
    SocketCommand.@Nullable Play open(SocketCommand.SealedPlay play) {
        SocketCommand.Play opened = seal == null ? null : seal.open(play);
        if (opened == null) {
            parts.meters().notOpened.increment();
        }
        return opened;
    }

    /// The keys are on their way before anything that is sealed with them. A call that the gateway refuses by itself has none, and what
    /// would be sealed of it is not said: nobody would ever read it.
    void offered(@Nullable Failure refusal) {
        CallSecrets.Wrapping wrapping = parts.wrapping();
        if (wrapping != null && refusal == null) {
            CallSecrets made = wrapping.generate();
            secrets = made;
            seal = new FrameSeal(Objects.requireNonNull(made.media()), RANDOM);
            parts.callLog().keys(key, wrapping.wrap(facts.callId(), now(), made), onLost);
        }
        boolean unsaid = wrapping != null && refusal != null;
        StreamRequest request = facts.request();
        event(
                new CallEvent.Offered(
                        facts.callId(), nextSeq(), now(), refusal, facts.provider(), request.agentDigest(), parts.slot().getAsInt(),
                        facts.address(), facts.domain(), request.externalCallId(), unsaid ? null : request.from(),
                        unsaid ? null : request.to()),
                refusal == null);
    }

    void started(StreamDetails details) {
        StreamRequest request = facts.request();
        AgentSecret secret = new AgentSecret(request.agentDigest());
        event(
                new CallEvent.Started(
                        facts.callId(), nextSeq(), now(), details.streamSid(), details.callSid(), details.session(),
                        facts.domain() != null ? facts.domain() : secret.hidden(details.domain()),
                        request.from() != null ? request.from() : secret.hidden(details.from()),
                        request.to() != null ? request.to() : secret.hidden(details.to()),
                        secret.hidden(details.context()), details.tracks(), details.mediaFormat(), secret.shown(details.customParameters()),
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
        List<Place> places = Stream.of(share.place(), commandsAt.known()).flatMap(Optional::stream).toList();
        event(
                new CallEvent.Ended(
                        facts.callId(), nextSeq(), now(), ended.code(), ended.reason(), ended.end(), ended.failure(),
                        ended.odd().isEmpty() ? null : ended.odd(), firstHeardAt, firstPlayedAt, playedBeforeMs + playedMs,
                        caller.isSilent(), agent.isSilent(), places.isEmpty() ? null : places,
                        new MediaFacts(heardFrames, share.lost(), gaps, gapUs / 1_000, longestGapUs / 1_000)),
                false);
        if (secrets != null) {
            parts.callLog().keysOver(key);
        }
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

    /// Somebody says whose agent is called.
    void belongsTo(long organizationId, long nowUs) {
        permit.belongsTo(organizationId, nowUs);
        share.belongsTo(organizationId);
    }

    /// The connection is gone.
    void gone() {
        permit.gone();
        share.over();
    }

    /// A key, a mark or progress of playback.
    void frame(MediaFrame frame) {
        MediaFrame written = seal != null && frame instanceof MediaFrame.Digit digit ? seal.seal(digit) : frame;
        record(Topics.CALL_MEDIA.codec().encode(written));
    }

    /// Audio goes out to the caller now.
    void sounds(byte[] audio, int from, int length, IoLoop loop) {
        agent.took(audio, from, length);
        if (firstPlayedAt == null) {
            firstPlayedAt = Instant.ofEpochMilli(loop.wallMs());
        }
    }

    /// The caller heard a pause in the middle of a turn.
    void late(long pauseUs) {
        gaps++;
        gapUs += pauseUs;
        longestGapUs = Math.max(longestGapUs, pauseUs);
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
        heardFrames++;
        if (firstHeardAt == null) {
            firstHeardAt = now();
        }
        int from = MediaFrameCodec.AUDIO_PAYLOAD_OFFSET;
        caller.took(record, from, record.length - from);
        if (seal != null) {
            record(Topics.CALL_MEDIA.codec().encode(seal.seal(new MediaFrame.Audio(
                    facts.callId(), nextSeq(), parts.clock().wall().millis(), timestampMs,
                    new Slice(record, from, record.length - from)))));
            return;
        }
        MediaFrameCodec.putAudioHeader(record, facts.callId(), nextSeq(), parts.clock().wall().millis(), timestampMs);
        record(record);
    }

    /// The one way to `call.media.v1`.
    private void record(byte[] record) {
        parts.callLog().frame(key, record, share);
    }

    private void event(CallEvent event, boolean needed) {
        SealKey words = secrets == null ? null : secrets.words();
        parts.callLog().event(key, words == null ? event : Sealing.seal(event, words), needed ? onLost : null);
    }

    private Instant now() {
        return Instant.ofEpochMilli(parts.clock().wall().millis());
    }
}
