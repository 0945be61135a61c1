package io.agentstream.orchestrator.api;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.EmptiedRuns;
import io.agentstream.orchestrator.store.RunKeys;
import io.agentstream.orchestrator.store.SampleTenant;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.runtime.Secret;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.CallKeys;
import io.agentstream.schemas.FrameSeal;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.SealKey;
import io.agentstream.schemas.Slice;
import io.agentstream.schemas.SocketCommand;
import io.agentstream.schemas.Topics;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestPostgres.class)
final class AudioRoutesTest {

    private static final Instant BEGIN = RunFiles.BEGIN;
    private static final CallId CALL = CallId.of(1, 2, 3);
    /// A run that is over took 90.5 seconds.
    private static final int SAMPLES = 90_500 * 8;

    private final Database database;
    private final RecordedLogs log = new RecordedLogs();
    private RunFiles files;
    private SampleTenant tenant;
    private RunningApi api;

    AudioRoutesTest(Database database) {
        this.database = database;
    }

    @BeforeEach
    void start() {
        files = new RunFiles(database, log);
        tenant = files.tenant;
        api = files.api;
    }

    @AfterEach
    void stop() {
        files.close();
    }

    private static MediaFrame.Audio said(long seq, int atMs) {
        byte[] audio = new byte[160];
        Arrays.fill(audio, (byte) 0x10);
        return new MediaFrame.Audio(CALL, seq, BEGIN.toEpochMilli() + atMs, atMs, Slice.of(audio));
    }

    /// The caller speaks for a second from the second on, the agent from the third on.
    private long call() {
        for (int i = 0; i < 50; i++) {
            log.add(Topics.CALL_MEDIA, said(i + 3, 1_000 + i * 20));
        }
        byte[] audio = new byte[8_000];
        Arrays.fill(audio, (byte) 0x20);
        log.add(Topics.SOCKET_COMMANDS, new SocketCommand.Play(CALL, 1, 0, 160, Slice.of(audio)));
        long beginMs = BEGIN.toEpochMilli();
        log.add(Topics.CALL_MEDIA, new MediaFrame.Playing(CALL, 60, beginMs + 3_000, 1, 0, 0, beginMs * 1_000 + 3_000_000));
        return files.run();
    }

    private static String path(long run) {
        return "/api/v1/runs/" + run + "/audio.wav";
    }

    private static String header(HttpResponse<?> answer, String name) {
        return answer.headers().firstValue(name).orElse("");
    }

    private int listened(long run) {
        return files.audited("run.listened", run);
    }

    @Test
    void aCallIsAnsweredAsItSoundedAndWhoListensIsWrittenDown() throws Exception {
        // given
        long run = call();

        // when
        HttpResponse<byte[]> answer = files.get(path(run));

        // then
        assertEquals(200, answer.statusCode());
        assertEquals("audio/wav", header(answer, "Content-Type"));
        assertEquals("bytes", header(answer, "Accept-Ranges"));
        byte[] wav = answer.body();
        assertEquals(44 + SAMPLES * 4, wav.length);
        assertEquals(Integer.toString(wav.length), header(answer, "Content-Length"));
        ByteBuffer samples = ByteBuffer.wrap(wav).order(ByteOrder.LITTLE_ENDIAN);
        assertEquals(SAMPLES * 4, samples.getInt(40));
        for (int i = 0; i < SAMPLES; i++) {
            assertEquals(i >= 8_000 && i < 16_000, samples.getShort(44 + 4 * i) != 0, "the caller, sample " + i);
            assertEquals(i >= 24_000 && i < 32_000, samples.getShort(46 + 4 * i) != 0, "the agent, sample " + i);
        }
        assertEquals(1, listened(run));
        assertEquals("{\"channels\":\"both\"}", api.get("/api/v1/audit-log").get("/items/0/new").toString());
        assertEquals(0, log.open.get());
    }

    @Test
    void aPartIsThatPartOfTheWhole() throws Exception {
        long run = call();
        byte[] whole = files.get(path(run) + "?channels=agent").body();
        assertEquals(44 + SAMPLES * 2, whole.length);

        HttpResponse<byte[]> part = files.get(path(run) + "?channels=agent", "Range", "bytes=48000-48999");
        HttpResponse<byte[]> last = files.get(path(run) + "?channels=agent", "Range", "bytes=-10");
        HttpResponse<byte[]> behind = files.get(path(run) + "?channels=agent", "Range", "bytes=" + whole.length + "-");

        assertEquals(206, part.statusCode());
        assertEquals("bytes 48000-48999/" + whole.length, header(part, "Content-Range"));
        assertArrayEquals(Arrays.copyOfRange(whole, 48_000, 49_000), part.body());
        assertArrayEquals(Arrays.copyOfRange(whole, whole.length - 10, whole.length), last.body());
        assertEquals(416, behind.statusCode());
        assertEquals("bytes */" + whole.length, header(behind, "Content-Range"));
    }

    @Test
    void aPartOfAnotherFileIsNotTakenForOneOfThis() throws Exception {
        long run = call();
        String tag = header(files.send("HEAD", path(run)), "ETag");

        HttpResponse<byte[]> same = files.get(path(run), "Range", "bytes=0-9", "If-Range", tag);
        HttpResponse<byte[]> other = files.get(path(run), "Range", "bytes=0-9", "If-Range", "\"other\"");

        assertEquals(206, same.statusCode());
        assertEquals(200, other.statusCode());
        assertEquals(44 + SAMPLES * 4, other.body().length);
    }

    @Test
    void aPlayerThatAsksForPartAfterPartIsOneListening() throws Exception {
        // given
        long run = call();
        String reader = "Bearer " + files.reader().reveal();

        // when
        for (int part = 0; part < 3; part++) {
            assertEquals(206, files.get(path(run), "Range", "bytes=" + part * 100 + "-" + (part * 100 + 99)).statusCode());
        }

        // then somebody else is somebody else, and whoever asks for the whole once more listens once more
        assertEquals(1, listened(run));
        assertEquals(206, api.send("GET", path(run), null, "Authorization", reader, "Range", "bytes=0-99").status());
        assertEquals(2, listened(run));
        assertEquals(200, files.get(path(run)).statusCode());
        assertEquals(3, listened(run));
    }

    @Test
    void whatIsGoneOfTheSoundIsSaidAndWhatIsLeftIsAnotherFile() throws Exception {
        // given
        long run = call();
        List<HttpResponse<byte[]>> answers = new ArrayList<>();
        answers.add(files.send("HEAD", path(run)));

        // when the topics forget the agent's audio, then some of the caller's, and then more of it
        log.delete(Topics.SOCKET_COMMANDS, 1);
        answers.add(files.send("HEAD", path(run)));
        log.delete(Topics.CALL_MEDIA, 10);
        answers.add(files.send("HEAD", path(run)));
        log.delete(Topics.CALL_MEDIA, 10);
        answers.add(files.get(path(run), "Range", "bytes=0-99"));

        // then
        assertEquals(
                List.of("", "socket.commands.v1", "call.media.v1, socket.commands.v1", "call.media.v1, socket.commands.v1"),
                answers.stream().map(answer -> header(answer, "Agent-Stream-Missing")).toList());
        assertEquals(4, answers.stream().map(answer -> header(answer, "ETag")).distinct().count());
        assertEquals(206, answers.getLast().statusCode());
    }

    @Test
    void headSaysHowLongItIsAndIsNoListening() throws Exception {
        long run = call();

        HttpResponse<byte[]> answer = files.send("HEAD", path(run));

        assertEquals(200, answer.statusCode());
        assertEquals(Integer.toString(44 + SAMPLES * 4), header(answer, "Content-Length"));
        assertEquals(0, answer.body().length);
        assertEquals(0, listened(run));
    }

    @Test
    void aSealedCallIsOpenedWithItsKey() throws Exception {
        SealKey key = SealKey.generate(new SecureRandom());
        FrameSeal seal = new FrameSeal(key, new SecureRandom());
        log.key = key;
        log.add(Topics.CALL_MEDIA, seal.seal(said(3, 1_000)));
        long run = files.run();
        keep(run);

        byte[] wav = files.get(path(run) + "?channels=caller").body();

        assertTrue(wav[44 + 2 * 8_001] != 0 || wav[45 + 2 * 8_001] != 0);
    }

    private void keep(long run) {
        database.inTransaction(c -> {
            RunKeys.insert(c, run, new CallKeys(CALL, BEGIN, "m", "w"));
            return true;
        });
    }

    @Test
    void whatIsErasedOrPastItsRetentionIsGoneAndWhatIsLeftIsSaid() throws Exception {
        // given a run that is emptied, one whose sound's key is destroyed, and one whose records are deleted
        long erased = call();
        long forgotten = files.run();
        keep(forgotten);
        database.inTransaction(c -> EmptiedRuns.empty(c, new long[] {erased}));
        database.inTransaction(c -> EmptiedRuns.forgetMedia(c, new long[] {forgotten}));
        long old = files.run();

        // when
        RunningApi.Answer first = api.get(path(erased));
        RunningApi.Answer second = api.get(path(forgotten));
        log.records.clear();
        log.deleted = true;
        RunningApi.Answer third = api.get(path(old));

        // then
        for (RunningApi.Answer answer : List.of(first, second, third)) {
            assertEquals(410, answer.status());
        }
        assertEquals("/api/v1/runs/" + forgotten, second.get("/left/0").stringValue());
        assertEquals(0, listened(erased) + listened(forgotten) + listened(old));
    }

    @Test
    void ofACallThatGoesOnThereIsWhatThereIsSoFar() throws Exception {
        Instant begun = Instant.now().minusSeconds(10);
        long run = tenant.addRun(database, "running", begun);

        HttpResponse<byte[]> answer = files.get(path(run) + "?channels=caller", "Range", "bytes=0-9");

        assertEquals(200, answer.statusCode());
        assertFalse(answer.headers().firstValue("ETag").isPresent());
        int samples = (answer.body().length - 44) / 2;
        assertTrue(samples >= 80_000 && samples < 80_000 + 8 * Duration.ofSeconds(60).toMillis(), samples + " samples");
    }

    @Test
    void isNobodyElsesAndNothingWhereKafkaIsAway() throws Exception {
        long others = SampleTenant.create(database).addRun(database, "completed", BEGIN);
        long run = call();

        assertEquals(404, api.get(path(others)).status());
        assertEquals(404, api.get(path(0)).status());
        assertEquals(List.of("channels"), api.get(path(run) + "?channels=left").badFields());
        log.away = true;
        assertEquals(503, api.get(path(run)).status());
    }

    @Test
    void aKeyThatMayLookMayListen() throws Exception {
        long run = call();
        Secret reader = files.reader();

        assertEquals(200, api.sendAs(reader, "HEAD", path(run), null).status());
    }

    @Test
    void whoGoesAwayLeavesNothingOpen() throws Exception {
        long run = call();
        HttpResponse<InputStream> answer = files.begin(path(run));
        answer.body().read();

        answer.body().close();

        RunFiles.awaitNothing(log.open);
    }
}
