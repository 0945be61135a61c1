package io.agentstream.orchestrator.api;

import io.agentstream.calllog.CallSource;
import io.agentstream.calllog.audio.CallAudio;
import io.agentstream.calllog.audio.CallSound;
import io.agentstream.calllog.audio.CallWav;
import io.agentstream.calllog.audio.CallWav.Channels;
import io.agentstream.orchestrator.replay.CallLogs;
import io.agentstream.orchestrator.store.AuditLog;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.RunPlaces;
import io.agentstream.orchestrator.store.RunPlaces.Located;
import io.agentstream.schemas.CallSecrets;
import io.agentstream.schemas.SealKey;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A run as it sounded, as a WAV file. It is made while it is read, in constant memory; so are its ranges, of a call that is over. Whoever
/// listens stands in the audit log.
final class AudioRoutes {

    private static final Logger log = LoggerFactory.getLogger(AudioRoutes.class);

    private static final List<String> CHANNELS = List.of("both", "caller", "agent");

    /// Changes when the same call would be rendered otherwise.
    private static final int RENDERING = 1;

    /// Parts of a call that are asked for within that time are one listening.
    static final long TOGETHER_NS = TimeUnit.MINUTES.toNanos(10);

    private final Database database;
    private final Database readers;
    private final CallLogs logs;
    private final ReadBack readBack;
    private final InstantSource clock;
    private final Looks<Listening> listenings = new Looks<>(TOGETHER_NS, System::nanoTime);

    record Listening(long keyId, long runId, Channels channels) {}

    /// @param readers for what is done beside the log, off the requests' threads
    AudioRoutes(Database database, Database readers, CallLogs logs, ReadBack readBack, InstantSource clock) {
        this.database = database;
        this.readers = readers;
        this.logs = logs;
        this.readBack = readBack;
        this.clock = clock;
    }

    List<Route> routes() {
        return List.of(Route.file(Access.READ, "/api/v1/runs/{id}/audio.wav", MediaTypes.WAV, this::audio));
    }

    private Reply audio(Call call) {
        String word = call.query().word("channels", CHANNELS);
        if (call.query().isBad()) {
            return call.query().badRequest();
        }
        Channels channels = Channels.valueOf(word == null ? "BOTH" : word.toUpperCase(Locale.ROOT));
        Optional<Located> found = call.id("id")
                .flatMap(id -> database.withConnection(connection -> RunPlaces.find(connection, call.organizationId(), id)));
        if (found.isEmpty()) {
            return Reply.notFound();
        }
        Located run = found.get();
        if (run.emptied()) {
            return Reply.gone(
                    "What was said in this call, and the sound of it, is erased or was kept for long enough. What is left is that there was"
                            + " a call.",
                    ReadBack.left(run));
        }
        if (run.sealed() && run.media() == null) {
            return Reply.gone("The sound of this call was kept for long enough. What is left is what is known of it.", ReadBack.left(run));
        }
        SealKey key = logs.secrets(run).map(CallSecrets::media).orElse(null);
        if (run.sealed() && key == null) {
            log.atError().addKeyValue("run", run.name()).log("the key of a call's sound is not ours: CALL_KEYS_KEY is another");
            return Reply.internal();
        }
        return Reply.later(() -> read(call, run, channels, logs.of(run), key));
    }

    private Reply read(Call call, Located run, Channels channels, CallSource source, @Nullable SealKey key) {
        return readBack.answer(
                call.organizationId(), run, () -> LeftOfSound.of(source), left -> left.isNothing() && run.endedAt() != null
                        ? Reply.gone("The sound of this call was kept for long enough. What is left is what is known of it.", ReadBack.left(run))
                        : answer(call, run, channels, source, key, left));
    }

    private Reply answer(Call call, Located run, Channels channels, CallSource source, @Nullable SealKey key, LeftOfSound left) {
        Instant end = run.endedAt() == null ? clock.instant() : run.endedAt();
        long lengthUs = Math.max(0, Duration.between(run.offeredAt(), end).toNanos() / 1_000);
        long samples = CallAudio.samples(lengthUs);
        long bytes = CallWav.bytes(channels, samples);
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Content-Type", MediaTypes.WAV);
        if (!left.missing().isEmpty()) {
            headers.put(LeftOfSound.HEADER, String.join(", ", left.missing()));
        }
        ByteRange range = null;
        if (run.endedAt() != null) { // one that goes on is another file each time
            String tag = "\"" + run.id() + "-" + bytes + "-" + channels.name().toLowerCase(Locale.ROOT) + "-" + RENDERING + left.tag()
                    + "\"";
            headers.put("ETag", tag);
            headers.put("Accept-Ranges", "bytes");
            String unless = call.asked().ifRange();
            range = unless == null || unless.equals(tag) ? ByteRange.of(call.asked().range(), bytes) : null;
        }
        if (range != null && !range.isSatisfiable()) {
            return Reply.notSatisfiable(bytes);
        }
        CallSound.Part part = range == null
                ? CallSound.Part.whole(channels, lengthUs)
                : new CallSound.Part(channels, range.from(), range.until());
        headers.put("Content-Length", Long.toString(part.until() - part.from()));
        if (range != null) {
            headers.put("Content-Range", range.contentRange(bytes));
        }
        boolean isPart = range != null;
        long startUs = run.offeredAt().toEpochMilli() * 1_000;
        return new Reply(
                range == null ? 200 : 206, ByteBuffer.allocate(0), headers,
                readBack.pieces(
                        call.organizationId(), run, () -> listened(call, run, channels, isPart),
                        () -> CallSound.open(source, key, startUs, lengthUs, part)),
                null);
    }

    /// Whoever plays a call asks for it part by part: that is one listening.
    private void listened(Call call, Located run, Channels channels, boolean isPart) {
        Listening listening = new Listening(call.caller().keyId(), run.id(), channels);
        if (!listenings.begins(listening) && isPart) {
            return;
        }
        try {
            readers.inTransaction(connection -> {
                AuditLog.write(
                        connection, call.who(),
                        AuditLog.Change.of(
                                call.organizationId(), "run.listened", "run", run.id(), null,
                                Json.object().put("channels", channels.name().toLowerCase(Locale.ROOT))));
                return true;
            });
        } catch (RuntimeException failure) {
            listenings.forget(listening);
            throw failure;
        }
    }
}
