package io.agentstream.orchestrator.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.calllog.CallSource;
import io.agentstream.calllog.LogRecord;
import io.agentstream.calllog.export.CallFile;
import io.agentstream.calllog.export.Limits;
import io.agentstream.orchestrator.replay.CallLogs;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.EmptiedRuns;
import io.agentstream.orchestrator.store.RunPlaces.Located;
import io.agentstream.orchestrator.store.SampleTenant;
import io.agentstream.orchestrator.store.Sql;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.runtime.Secret;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.CallSecrets;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.Slice;
import io.agentstream.schemas.Topic;
import io.agentstream.schemas.Topics;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// A run as one file, over HTTP.
@ExtendWith(TestPostgres.class)
final class ExportRoutesTest {

    private static final Instant BEGIN = RunFiles.BEGIN;

    private final Database database;
    private final Log log = new Log();
    private RunFiles files;
    private RunningApi api;

    ExportRoutesTest(Database database) {
        this.database = database;
    }

    @BeforeEach
    void start() {
        files = new RunFiles(database, log);
        api = files.api;
    }

    @AfterEach
    void stop() {
        files.close();
    }

    /// So many frames of whichever call is asked for.
    private static final class Log implements CallLogs {
        final AtomicInteger open = new AtomicInteger();
        volatile int frames = 100;
        volatile int breaksAt = Integer.MAX_VALUE;
        volatile boolean away;

        @Override
        public CallSource of(Located run) {
            CallId call = new CallId(run.callId());
            Random noise = new Random(3);
            return topic -> {
                if (away) {
                    throw new IOException("Kafka does not bring " + topic.name());
                }
                open.incrementAndGet();
                return new CallSource.Records() {
                    private int n;

                    @Override
                    public @Nullable LogRecord next() throws IOException {
                        if (!topic.equals(Topics.CALL_MEDIA) || n >= frames) {
                            return null;
                        }
                        if (n >= breaksAt) {
                            throw new IOException("Kafka brings nothing of " + topic.name() + " any more");
                        }
                        byte[] voice = new byte[160];
                        noise.nextBytes(voice);
                        n++;
                        return record(topic, n, Topics.CALL_MEDIA.codec().encode(new MediaFrame.Audio(
                                call, n, BEGIN.toEpochMilli() + n * 20L, n * 20L, Slice.of(voice))));
                    }

                    @Override
                    public Optional<String> deleted() {
                        return Optional.empty();
                    }

                    @Override
                    public void close() {
                        open.decrementAndGet();
                    }
                };
            };
        }

        private static LogRecord record(Topic<?> topic, long offset, byte[] value) {
            return new LogRecord(topic, 0, offset, BEGIN.toEpochMilli(), Slice.of(value));
        }

        @Override
        public Optional<CallSecrets> secrets(Located run) {
            return Optional.empty();
        }
    }

    private static String path(long run) {
        return "/api/v1/runs/" + run + "/export";
    }

    private int taken(long run) {
        return files.audited("run.exported", run);
    }

    @Test
    void aRunIsAnsweredAsAFileThatCanBeReadAndWhoTookItIsWrittenDown() throws Exception {
        // given
        long run = files.run();

        // when
        HttpResponse<InputStream> answer = files.begin(path(run));
        byte[] bytes = answer.body().readAllBytes();

        // then
        assertEquals(200, answer.statusCode());
        assertEquals("application/zstd", answer.headers().firstValue("Content-Type").orElse(""));
        assertTrue(answer.headers().firstValue("Content-Disposition").orElse("").matches("attachment; filename=\"WR-AGS-[0-9]+\\.tar\\.zst\""));
        try (CallFile file = CallFile.open(new ByteArrayInputStream(bytes), Limits.USUAL)) {
            assertEquals(run, file.manifest().runId());
            assertEquals(100, file.manifest().topics().getFirst().records());
            assertEquals(api.get("/api/v1/runs/" + run).get("/call_id").stringValue(), file.manifest().callId().toString());
            assertFalse(file.manifest().redacted());
        }
        assertEquals(1, taken(run));
        assertEquals("{\"redacted\":false}", api.get("/api/v1/audit-log").get("/items/0/new").toString());
        RunFiles.awaitNothing(log.open);
    }

    @Test
    void aRedactedOneHoldsNothingOfTheAgentsUuid() throws Exception {
        // given
        long run = files.run();
        String uuid = api.get("/api/v1/runs/" + run).get("/agent_uuid").stringValue();

        // when
        try (InputStream body = files.begin(path(run) + "?redact=true").body(); CallFile file = CallFile.open(body, Limits.USUAL)) {
            // then
            assertTrue(file.manifest().redacted());
            assertFalse(file.run().toString().contains(uuid));
            assertNull(file.definition());
        }
    }

    @Test
    void isNobodyElsesAndTakesOneOfTwoWordsAndIsNothingWhereKafkaIsAway() throws Exception {
        // given
        long others = SampleTenant.create(database).addRun(database, "completed", BEGIN);
        long run = files.run();

        // when, then
        assertEquals(404, api.get(path(others)).status());
        assertEquals(404, api.get(path(0)).status());
        assertEquals(List.of("redact"), api.get(path(run) + "?redact=1").badFields());
        log.away = true;
        assertEquals(503, api.get(path(run)).status());
        assertEquals(0, taken(run) + taken(others));
    }

    @Test
    void aKeyThatMayLookMayTakeIt() throws Exception {
        // given
        long run = files.run();
        Secret reader = files.reader();

        // when, then
        assertEquals(200, api.sendAs(reader, "HEAD", path(run), null).status());
        RunFiles.awaitNothing(log.open);
    }

    @Test
    void whatIsErasedOrDeletedIsGoneAndWhatIsLeftIsSaid() throws Exception {
        // given
        long erased = files.run();
        long old = files.run();
        database.inTransaction(c -> EmptiedRuns.empty(c, new long[] {erased}));

        // when
        RunningApi.Answer first = api.get(path(erased));
        log.frames = 0;
        RunningApi.Answer second = api.get(path(old));

        // then
        for (RunningApi.Answer answer : List.of(first, second)) {
            assertEquals(410, answer.status());
        }
        assertEquals("/api/v1/runs/" + old, second.get("/left/0").stringValue());
        assertEquals(0, taken(erased) + taken(old));
    }

    @Test
    void aFileThatBreaksOffIsSeenToBeNoWholeOne() throws Exception {
        // given
        long run = files.run();
        log.frames = 60_000;
        log.breaksAt = 30_000;

        // when, then
        HttpResponse<InputStream> answer = files.begin(path(run));
        assertThrows(IOException.class, () -> answer.body().readAllBytes());
        RunFiles.awaitNothing(log.open);
    }

    /// Reads until the answer breaks off; slower than it is made.
    private static void awaitBrokenOff(HttpResponse<InputStream> answer) {
        byte[] piece = new byte[64 << 10];
        assertThrows(IOException.class, () -> {
            while (answer.body().read(piece) >= 0) {
                LockSupport.parkNanos(1_000_000);
            }
        });
    }

    @Test
    void aFileUnderWayBreaksOffWhereTheRunIsErased() throws Exception {
        // given
        long run = files.run();
        log.frames = 3_000_000;
        HttpResponse<InputStream> answer = files.begin(path(run));
        answer.body().read();

        // when
        database.inTransaction(c -> EmptiedRuns.empty(c, new long[] {run}));

        // then
        awaitBrokenOff(answer);
        RunFiles.awaitNothing(log.open);
    }

    @Test
    void aFileUnderWayBreaksOffWhereTheKeyIsRevoked() throws Exception {
        // given
        long run = files.run();
        log.frames = 3_000_000;
        HttpResponse<InputStream> answer = files.begin(path(run));
        answer.body().read();

        // when
        database.inTransaction(
                c -> Sql.update(c, "update api_keys set revoked_at = now() where user_id = ?", files.tenant.userId()));

        // then
        awaitBrokenOff(answer);
        RunFiles.awaitNothing(log.open);
    }

    @Test
    void whoIsRefusedHasTakenNothing() throws Exception {
        // given as many files under way as one organisation may have
        log.frames = 3_000_000;
        List<HttpResponse<InputStream>> underWay = List.of(files.begin(path(files.run())), files.begin(path(files.run())));
        for (HttpResponse<InputStream> each : underWay) {
            each.body().read();
        }
        long run = files.run();

        // when
        RunningApi.Answer refused = api.get(path(run));
        for (HttpResponse<InputStream> each : underWay) {
            each.body().close();
        }

        // then
        assertEquals(429, refused.status());
        assertEquals(0, taken(run));
    }

    @Test
    void whoGoesAwayLeavesNothingOpen() throws Exception {
        // given
        long run = files.run();
        log.frames = 500_000;
        HttpResponse<InputStream> answer = files.begin(path(run));
        answer.body().read();

        // when
        answer.body().close();

        // then
        RunFiles.awaitNothing(log.open);
    }
}
