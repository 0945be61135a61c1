package io.agentstream.calllog;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.calllog.CallEntry.Missing;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.CallSecrets;
import io.agentstream.schemas.ConversationEvent;
import io.agentstream.schemas.End;
import io.agentstream.schemas.FrameSeal;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.SealKey;
import io.agentstream.schemas.Sealing;
import io.agentstream.schemas.Slice;
import io.agentstream.schemas.SocketCommand;
import io.agentstream.schemas.Topic;
import io.agentstream.schemas.Topics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// In what order a call's records come, what is said of those that are not there, and what is opened.
final class CallReadingTest {

    private static final CallId CALL = CallId.of(1_800_000_000_000L, 1, 2);
    private static final Instant START = Instant.ofEpochMilli(1_800_000_000_000L);
    private static final RunEvent.RunRef RUN = new RunEvent.RunRef(12, "WR-AGS-04182736", 3, 7, 2, 0);

    private final RecordedCall log = new RecordedCall();

    private static Instant at(long ms) {
        return START.plusMillis(ms);
    }

    private static MediaFrame audio(long seq, long atMs) {
        return new MediaFrame.Audio(CALL, seq, at(atMs).toEpochMilli(), atMs, Slice.of(new byte[] {1}));
    }

    private static CallEvent offered() {
        return new CallEvent.Offered(
                CALL, 1, at(0), null, "cloudonix", "ab", 0, "192.0.2.7", null, null, "+15550100", null);
    }

    private static ConversationEvent said(long number, long after, long atMs) {
        return new ConversationEvent.Said(CALL, number, after, at(atMs), 1, "Hello.", 800, true, null);
    }

    private List<String> read(CallSecrets secrets) throws IOException {
        List<String> read = new ArrayList<>();
        try (CallReading reading = CallReading.open(log, CallReading.ALL, secrets)) {
            for (CallEntry entry = reading.next(); entry != null; entry = reading.next()) {
                read.add(name(entry));
            }
        }
        return read;
    }

    private static String name(CallEntry entry) {
        return switch (entry) {
            case CallEntry.Lifecycle l -> l.event().getClass().getSimpleName() + " " + l.event().seq();
            case CallEntry.Media m -> m.frame().getClass().getSimpleName() + " " + m.frame().seq();
            case CallEntry.Decision d -> d.event().getClass().getSimpleName() + " after " + d.event().after();
            case CallEntry.Conversation c -> c.event().getClass().getSimpleName() + " after " + c.event().after();
            case CallEntry.Command c -> c.command().getClass().getSimpleName();
            case CallEntry.Unreadable u -> "unreadable: " + u.reason();
            case Missing m -> m.why() + " " + m.topic() + " " + m.firstSeq() + "-" + m.lastSeq();
        };
    }

    @Test
    void recordsStandByTheCallsNumbersAndWhatKnewANumberStandsBehindIt() throws Exception {
        // given topics whose clocks contradict the numbers
        log.add(Topics.CALL_LIFECYCLE, 0, offered());
        log.add(Topics.CALL_LIFECYCLE, 90, new CallEvent.Ended(CALL, 5, at(90), 1000, "", End.CALLER_HANGUP, null));
        log.add(Topics.CALL_MEDIA, 20, audio(2, 20));
        log.add(Topics.CALL_MEDIA, 40, audio(3, 40));
        log.add(Topics.CALL_MEDIA, 60, audio(4, 60));
        log.add(Topics.RUN_EVENTS, 70, new RunEvent.Created(CALL, 1, at(70), RUN));
        log.add(Topics.CONVERSATION_EVENTS, 5, said(1, 3, 5));

        // when, then
        assertEquals(
                List.of("Offered 1", "Created after 1", "Audio 2", "Audio 3", "Said after 3", "Audio 4", "Ended 5"), read(null));
    }

    @Test
    void commandsStandWhereTheirWritersClockPutsThem() throws Exception {
        // given
        log.add(Topics.CALL_LIFECYCLE, 0, offered());
        log.add(Topics.CALL_MEDIA, 20, audio(2, 20));
        log.add(Topics.CALL_MEDIA, 40, audio(3, 40));
        log.add(Topics.SOCKET_COMMANDS, 10, new SocketCommand.Admit(CALL));
        log.add(Topics.SOCKET_COMMANDS, 30, new SocketCommand.Clear(CALL, 1));
        log.add(Topics.SOCKET_COMMANDS, 70, SocketCommand.Close.because(CALL, End.AGENT_HANGUP));

        // when, then
        assertEquals(List.of("Offered 1", "Admit", "Audio 2", "Clear", "Audio 3", "Close"), read(null));
    }

    @Test
    void numbersThatNobodyBearsAreSaidOnceForEachGap() throws Exception {
        // given
        log.add(Topics.CALL_LIFECYCLE, 0, offered());
        log.add(Topics.CALL_LIFECYCLE, 90, new CallEvent.Ended(CALL, 9, at(90), 1000, "", End.CALLER_HANGUP, null));
        log.add(Topics.CALL_MEDIA, 20, audio(2, 20));
        log.add(Topics.CALL_MEDIA, 60, audio(6, 60));

        // when, then
        assertEquals(
                List.of("Offered 1", "Audio 2", "LOST call.media.v1 3-5", "Audio 6", "LOST call.media.v1 7-8", "Ended 9"), read(null));
    }

    private static ConversationEvent told(long number, Integer epoch, long atMs) {
        return new ConversationEvent.Said(CALL, number, 1, at(atMs), 1, "Hello.", 800, true, epoch);
    }

    private static SocketCommand play(int epoch, int turn, int seq) {
        return new SocketCommand.Play(CALL, turn, seq, 160, Slice.of(new byte[] {1}), epoch);
    }

    private List<String> missing() throws IOException {
        return read(null).stream().filter(each -> each.startsWith("LOST") || each.startsWith("DELETED")).toList();
    }

    @Test
    void eventsOfAConversationThatNobodyHasAreSaidFromWorkerToWorker() throws Exception {
        // given the first event, two of the first worker, and one before that which another worker began with are missing
        log.add(Topics.CALL_LIFECYCLE, 0, offered());
        log.add(Topics.CONVERSATION_EVENTS, 10, told(2, 4, 10));
        log.add(Topics.CONVERSATION_EVENTS, 20, told(5, 4, 20));
        log.add(Topics.CONVERSATION_EVENTS, 25, told(5, 4, 20)); // came twice
        log.add(Topics.CONVERSATION_EVENTS, 30, told(7, 6, 30));
        log.add(Topics.CONVERSATION_EVENTS, 35, told(9, 4, 35)); // of a worker that had lost the call
        log.add(Topics.CONVERSATION_EVENTS, 40, told(8, 6, 40));

        // when, then
        assertEquals(
                List.of("LOST conversation.events.v1 1-1", "LOST conversation.events.v1 3-4", "LOST conversation.events.v1 6-6"), missing());
    }

    @Test
    void aWorkerThatGoesOnFromWhereAnotherWasBeforeLosesNothing() throws Exception {
        // given
        log.add(Topics.CALL_LIFECYCLE, 0, offered());
        for (long number = 1; number <= 5; number++) {
            log.add(Topics.CONVERSATION_EVENTS, number, told(number, 4, number));
        }
        log.add(Topics.CONVERSATION_EVENTS, 30, told(4, 6, 30));
        log.add(Topics.CONVERSATION_EVENTS, 40, told(5, 6, 40));

        // when, then
        assertEquals(List.of(), missing());
    }

    @Test
    void ofEventsWhoseBeginningIsDeletedNothingIsLostBeforeTheFirstThatIsLeft() throws Exception {
        // given
        log.add(Topics.CALL_LIFECYCLE, 0, offered());
        log.add(Topics.CONVERSATION_EVENTS, 10, told(7, 4, 10));
        log.add(Topics.CONVERSATION_EVENTS, 20, told(9, 4, 20));
        log.deleted(Topics.CONVERSATION_EVENTS);

        // when, then
        assertEquals(List.of("DELETED conversation.events.v1 0-0", "LOST conversation.events.v1 8-8"), missing());
    }

    @Test
    void theAgentsAudioThatNobodyHasIsSaidTurnByTurn() throws Exception {
        // given the first audio of the second turn, some within it, and the first of another worker are missing
        log.add(Topics.CALL_LIFECYCLE, 0, offered());
        log.add(Topics.SOCKET_COMMANDS, 10, play(1, 1, 0));
        log.add(Topics.SOCKET_COMMANDS, 20, play(1, 1, 1));
        log.add(Topics.SOCKET_COMMANDS, 30, play(1, 2, 1));
        log.add(Topics.SOCKET_COMMANDS, 40, play(1, 2, 4));
        log.add(Topics.SOCKET_COMMANDS, 45, play(1, 2, 4)); // came twice
        log.add(Topics.SOCKET_COMMANDS, 50, play(2, 2, 0));
        log.add(Topics.SOCKET_COMMANDS, 55, play(1, 2, 9)); // of a worker that had lost the call
        log.add(Topics.SOCKET_COMMANDS, 60, play(2, 3, 1));

        // when, then
        assertEquals(
                List.of("LOST socket.commands.v1 0-0", "LOST socket.commands.v1 2-3", "LOST socket.commands.v1 0-0"), missing());
    }

    @Test
    void whatWasDeletedIsSaidBeforeWhatIsLeft() throws Exception {
        // given
        log.add(Topics.CALL_LIFECYCLE, 0, offered());
        log.add(Topics.CALL_MEDIA, 60, audio(2, 60));
        log.deleted(Topics.CALL_MEDIA);

        // when, then
        assertEquals(List.of("Offered 1", "DELETED call.media.v1 0-0", "Audio 2"), read(null));
    }

    @Test
    void whatWasBeforeWhatIsLeftIsDeletedAndNotLost() throws Exception {
        // given a call of which retention has taken the first hundred frames, and a frame was lost of the rest
        log.add(Topics.CALL_LIFECYCLE, 0, offered());
        log.add(Topics.CALL_LIFECYCLE, 5_000, new CallEvent.Ended(CALL, 105, at(5_000), 1000, "", End.CALLER_HANGUP, null));
        log.add(Topics.CALL_MEDIA, 4_000, audio(102, 4_000));
        log.add(Topics.CALL_MEDIA, 4_040, audio(104, 4_040));
        log.deleted(Topics.CALL_MEDIA);

        // when, then
        assertEquals(
                List.of("Offered 1", "DELETED call.media.v1 0-0", "Audio 102", "LOST call.media.v1 103-103", "Audio 104", "Ended 105"),
                read(null));
    }

    @Test
    void ofMediaOfWhichNothingIsLeftNothingIsLost() throws Exception {
        // given
        log.add(Topics.CALL_LIFECYCLE, 0, offered());
        log.add(Topics.CALL_LIFECYCLE, 5_000, new CallEvent.Ended(CALL, 105, at(5_000), 1000, "", End.CALLER_HANGUP, null));
        log.deleted(Topics.CALL_MEDIA);

        // when, then
        assertEquals(List.of("DELETED call.media.v1 0-0", "Offered 1", "Ended 105"), read(null));
    }

    @Test
    void whereNothingIsLeftOfATopicThatIsSaidToo() throws Exception {
        // given
        log.add(Topics.CALL_LIFECYCLE, 0, offered());
        log.deleted(Topics.CALL_MEDIA);
        log.deleted(Topics.SOCKET_COMMANDS);

        // when, then
        assertEquals(
                List.of("DELETED call.media.v1 0-0", "DELETED socket.commands.v1 0-0", "Offered 1"), read(null));
    }

    @Test
    void whatIsSealedIsOpenedAndSaidOnceForATopicWhereItsKeyIsGone() throws Exception {
        // given
        CallSecrets secrets = CallSecrets.generate(new SecureRandom());
        SealKey words = Objects.requireNonNull(secrets.words());
        FrameSeal seal = new FrameSeal(Objects.requireNonNull(secrets.media()), new SecureRandom());
        log.add(Topics.CALL_LIFECYCLE, 0, Sealing.seal(offered(), words));
        log.add(Topics.CALL_MEDIA, 20, seal.seal((MediaFrame.Audio) audio(2, 20)));
        log.add(Topics.CALL_MEDIA, 40, seal.seal((MediaFrame.Audio) audio(3, 40)));
        log.add(Topics.CONVERSATION_EVENTS, 50, Sealing.seal(said(1, 3, 50), words));

        // when, then
        assertEquals(List.of("Offered 1", "Audio 2", "Audio 3", "Said after 3"), read(secrets));
        assertEquals(
                List.of(
                        "Offered 1", "SEALED call.media.v1 2-2", "SealedAudio 2", "SealedAudio 3", "Said after 3"),
                read(new CallSecrets(null, words)));
        assertEquals(
                List.of(
                        "SEALED call.lifecycle.v1 1-1", "Offered 1", "SEALED call.media.v1 2-2", "SealedAudio 2", "SealedAudio 3",
                        "SEALED conversation.events.v1 0-0", "Said after 3"),
                read(null));
    }

    @Test
    void damagedAndNewerRecordsAreShownAndHarmNobody() throws Exception {
        // given
        log.add(Topics.CALL_LIFECYCLE, 0, offered());
        log.addBytes(Topics.CALL_MEDIA, 10, new byte[] {1});
        log.add(Topics.CALL_MEDIA, 20, audio(2, 20));
        log.addBytes(Topics.RUN_EVENTS, 20, "{\"type\":\"tomorrow\"}".getBytes(StandardCharsets.UTF_8));

        // when
        List<String> read = read(null);

        // then
        assertEquals(List.of("Offered 1", "Audio 2"), read.stream().filter(each -> !each.startsWith("unreadable")).toList());
        assertEquals(2, read.stream().filter(each -> each.startsWith("unreadable")).count());
    }

    @Test
    void allTopicsOfACallAreRead() {
        assertEquals(
                List.of("call.lifecycle.v1", "call.media.v1", "run.events.v1", "conversation.events.v1", "socket.commands.v1"),
                CallReading.ALL.stream().map(Topic::name).toList());
    }
}
