package io.agentstream.calllog.timeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.calllog.CallEntry.Why;
import io.agentstream.schemas.ConversationEvent;
import io.agentstream.schemas.ConversationEvent.Party;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.MediaFormat;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.SealKey;
import io.agentstream.schemas.Sealing;
import io.agentstream.schemas.Topics;
import io.agentstream.schemas.Transfer;
import io.agentstream.schemas.TurnStages;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// What the list of a call says, and what its summary sums up.
final class TimelineTest {

    private final ToldCall call = new ToldCall();

    private <E extends TimelineEntry> List<E> only(Class<E> kind) throws Exception {
        return call.timeline().stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    @Test
    void aCallIsToldFromTheSocketToTheHangUpWithWhatWasSaidAndHeard() throws Exception {
        // given a caller who is greeted and answers
        call.begin();
        call.agentSays(1, 500, 1_500, "Good morning.");
        call.callerSpeaks(2, 2_600, 800);
        call.agentAnswers(3, 3_800, 400, 1_000, "Thank you.");
        call.end(6_000);

        // when
        List<String> lines = call.timeline().stream().map(TimelineText::of).toList();

        // then
        assertEquals(
                List.of(
                        "a socket is opened by cloudonix for demo.cloudonix.net, +15550100 calls +15550199",
                        "the call is admitted as run WR-AGS-04182736, with version 3 of the agent", "admitted after 40 ms",
                        "the provider introduces the call, session s-1, audio/x-mulaw", "introduced after 60 ms",
                        "the session is proved: the run is running", "proved after 40 ms", "a worker takes the conversation up",
                        "taken up by a worker after 20 ms", "the agent begins to speak, turn 1", "the agent is heard after 400 ms",
                        "Good morning.", "the caller begins to speak, turn 2", "speaks for 0.8 s", "the agent begins to speak, turn 3",
                        "the answer is heard after 400 ms", "Thank you.", "the socket is closed with 1000: caller_hangup",
                        "the run is completed: caller_hangup, by caller, outcome helped, 5.9 s of talk, charged 0.01",
                        "the provider is asked to end the call: confirmed, status 204"),
                lines);
    }

    @Test
    void eachTransferAndEachOrderToHangUpIsToldOnceHoweverOftenItIsSaid() throws Exception {
        // given two transfers within a moment, and a hang-up that was given up and ordered again
        call.begin();
        RunEvent refused = new RunEvent.Transferred(ToldCall.CALL, 3, ToldCall.at(1_000), ToldCall.RUN, "1-desk", Transfer.BUSY, null);
        RunEvent failed = new RunEvent.Transferred(ToldCall.CALL, 3, ToldCall.at(1_000), ToldCall.RUN, "2-desk", Transfer.FAILED, 500);
        RunEvent givenUp = new RunEvent.HangUp(ToldCall.CALL, 3, ToldCall.at(5_000), ToldCall.RUN, false, 401, 1);
        RunEvent done = new RunEvent.HangUp(ToldCall.CALL, 3, ToldCall.at(9_000), ToldCall.RUN, true, 204, 1);
        for (RunEvent event : List.of(refused, refused, failed, givenUp, givenUp, done)) {
            call.log.add(Topics.RUN_EVENTS, event.at().toEpochMilli() - ToldCall.at(0).toEpochMilli(), event);
        }

        // when
        List<String> lines = only(TimelineEntry.Provider.class).stream().map(TimelineText::of).toList();

        // then
        assertEquals(
                List.of(
                        "the provider is asked to give the caller to somebody else (busy): not confirmed",
                        "the provider is asked to give the caller to somebody else (failed): not confirmed, status 500",
                        "the provider is asked to end the call: not confirmed, status 401",
                        "the provider is asked to end the call: confirmed, status 204"),
                lines);
    }

    @Test
    void whoSpokeStandsAtTheTimesAtWhichItWasHeardAndNotAtThoseAtWhichItWasKnown() throws Exception {
        // given
        call.begin();
        call.agentSays(1, 500, 1_500, "Good morning.");
        call.callerSpeaks(2, 2_600, 800);
        call.end(6_000);

        // when
        TimelineEntry.Said said = only(TimelineEntry.Said.class).getFirst();
        TimelineEntry.Heard heard = only(TimelineEntry.Heard.class).getFirst();

        // then
        assertEquals(List.of(500L, 2_000L), List.of(said.fromMs(), said.toMs()));
        assertEquals(List.of(2_600L, 3_400L), List.of(heard.fromMs(), heard.toMs()));
        assertEquals(3_900, heard.atMs());
    }

    @Test
    void theSummarySumsUp() throws Exception {
        // given
        call.begin();
        call.agentSays(1, 500, 1_500, "Good morning.");
        call.callerSpeaks(2, 2_600, 800);
        call.agentAnswers(3, 3_800, 450, 1_000, "Thank you.");
        call.end(8_000);

        // when
        TimelineSummary summary = call.summary();

        // then
        assertEquals(8_000, summary.durationMs());
        assertEquals(7_900, summary.talkMs());
        assertEquals("caller_hangup", summary.end());
        assertEquals("caller", summary.disconnectedBy());
        assertEquals("helped", summary.outcome());
        assertEquals(500, summary.answeredAfterMs());
        assertEquals(new TimelineSummary.SlowestTurn(3_800, 3, 450), summary.slowestTurn());
        assertEquals(new TimelineSummary.Talk(800L, 2_500, 7_900L - 800 - 2_500), summary.talk());
        assertEquals(new TimelineSummary.LongestSilence(4_800, 3_200), summary.longestSilence());
        assertFalse(summary.oneWayAudio());
        assertEquals(List.of(), summary.faults());
        assertEquals(List.of(), summary.gaps());
    }

    @Test
    void anInterruptionSaysWhatWasNotHeard() throws Exception {
        // given ten words of four seconds, of which one second was heard
        call.begin();
        call.interrupted(1, 500, 4_000, 1_000, "one two three four five six seven eight nine ten.");
        call.end(6_000);

        // when
        TimelineEntry.Interruption cut = only(TimelineEntry.Interruption.class).getFirst();

        // then
        assertEquals(List.of(1_000L, 3_000L), Stream.of(cut.heardMs(), cut.unheardMs()).toList());
        assertEquals("three four five six seven eight nine ten.", cut.unheardText());
        assertEquals(1, call.summary().interruptions());
    }

    @Test
    void anInterruptionOfWhichNobodySaysWhatWasHeardIsToldAllTheSame() throws Exception {
        // given
        call.begin();
        call.tell(after -> new ConversationEvent.Interrupted(
                ToldCall.CALL, call.number(), after, ToldCall.at(900), 1, 1), 900);
        call.end(6_000);

        // when, then
        assertNull(only(TimelineEntry.Interruption.class).getFirst().heardMs());
    }

    @Test
    void silencesOverTwoSecondsAreToldOnceSomebodyMakesASoundAgain() throws Exception {
        // given pauses of 1.9 and of 2.5 seconds
        call.begin();
        call.agentSays(1, 500, 1_000, "One.");
        call.agentSays(2, 3_400, 1_000, "Two.");
        call.agentSays(3, 6_900, 1_000, "Three.");
        call.end(8_000);

        // when, then
        assertEquals(
                List.of(List.of(4_400L, 2_500L)),
                only(TimelineEntry.Silence.class).stream().map(each -> List.of(each.fromMs(), each.ms())).toList());
    }

    @Test
    void lateAndMissingFramesAreToldByTheProvidersTime() throws Exception {
        // given 100 frames, ten of which are missing and five of which come 200 ms late
        call.begin();
        for (int n = 0; n < 100; n++) {
            if (n < 20 || n >= 30) {
                call.callerFrame(200 + 20L * n + (n >= 90 && n < 95 ? 200 : 0), 20L * n, true);
            }
        }
        call.end(6_000);

        // when
        List<TimelineEntry.Frames> frames = only(TimelineEntry.Frames.class);

        // then
        assertEquals(List.of(10, 0), frames.stream().map(TimelineEntry.Frames::lost).toList());
        assertEquals(List.of(200L, 0L), frames.stream().map(TimelineEntry.Frames::lostMs).toList());
        assertEquals(List.of(0, 5), frames.stream().map(TimelineEntry.Frames::late).toList());
        assertEquals(200, frames.getLast().worstMs());
        assertEquals(new TimelineSummary.Frames(90, 5, 200, 10, 200), call.summary().frames());
    }

    @Test
    void aProvidersClockThatStoodStillMakesNobodyLateForTheRestOfTheCall() throws Exception {
        // given a minute of frames behind two seconds in which neither the stream nor its clock went on
        call.begin();
        call.frames(200, 2_000, true);
        for (long ms = 0; ms < 60_000; ms += 20) {
            call.callerFrame(4_220 + ms, 2_220 + ms, true);
        }
        call.end(65_000);

        // when
        TimelineSummary.Frames frames = call.summary().frames();

        // then
        assertTrue(frames.late() <= FrameWatch.ANEW_MS / 20, frames.toString());
        assertEquals(0, frames.lost());
    }

    @Test
    void audioThatNeverReachedTheLogIsAGapAndCountsAsLostOnce() throws Exception {
        // given a second of frames whose numbers nobody bears
        call.begin();
        call.callerFrame(200, 0, true);
        call.loseRecords(50);
        call.callerFrame(1_220, 1_020, true);
        call.end(6_000);

        // when
        TimelineEntry.Gap gap = only(TimelineEntry.Gap.class).getFirst();

        // then
        assertEquals("50 records of call.media.v1 are missing", TimelineText.of(gap));
        assertEquals(50, call.summary().frames().lost());
        assertEquals(1_000, call.summary().frames().lostMs());
    }

    @Test
    void whatIsDeletedSealedOrUnreadableIsSaidAndTheFiguresClaimNothingOfIt() throws Exception {
        // given a call whose media is deleted, whose numbers are sealed, and one record is damaged
        SealKey key = SealKey.generate(new SecureRandom());
        call.log.add(Topics.CALL_LIFECYCLE, 0, Sealing.seal(ToldCall.offered(), key));
        call.decideAndBegin();
        call.log.addBytes(Topics.RUN_EVENTS, 120, "{\"type\":\"tomorrow\"}".getBytes(StandardCharsets.UTF_8));
        call.end(9_000);
        call.log.deleted(Topics.CALL_MEDIA);
        call.callerFrame(8_000, 0, false);

        // when
        TimelineSummary summary = call.summary();

        // then
        assertEquals(
                List.of(
                        new TimelineSummary.MissingPart("call.lifecycle.v1", Why.SEALED),
                        new TimelineSummary.MissingPart("call.media.v1", Why.DELETED)),
                summary.gaps());
        assertNull(summary.talk());
        assertNull(summary.longestSilence());
        assertFalse(summary.oneWayAudio());
        assertEquals(1, only(TimelineEntry.Unreadable.class).size());
    }

    @Test
    void whatRetentionTookIsNotCountedAsLost() throws Exception {
        // given a call whose first frames are deleted
        call.begin();
        call.loseRecords(500);
        call.frames(10_000, 1_000, true);
        call.end(12_000);
        call.log.deleted(Topics.CALL_MEDIA);

        // when, then
        assertEquals(0, call.summary().frames().lost());
        assertEquals(
                List.of("call.media.v1: older records are deleted, what is shown is what is left"),
                only(TimelineEntry.Gap.class).stream().map(TimelineText::of).toList());
    }

    @Test
    void theProvidersAnswerStandsBeforeWhatItLedTo() throws Exception {
        // given
        call.log.add(Topics.CALL_LIFECYCLE, 0, ToldCall.offered());
        call.log.add(Topics.RUN_EVENTS, 100, new RunEvent.Running(
                ToldCall.CALL, 1, ToldCall.at(100), ToldCall.RUN, MediaFormat.MULAW_8K, null, Json.MAPPER.createObjectNode(), "7:3", null,
                new RunEvent.SessionCheck(true, 200, 34, 2)));

        // when
        List<String> lines = call.timeline().stream()
                .filter(entry -> entry instanceof TimelineEntry.Provider || entry instanceof TimelineEntry.Decision)
                .map(TimelineText::of)
                .toList();

        // then
        assertEquals(
                List.of(
                        "the provider is asked for the session: confirmed, status 200 in 34 ms, after 2 tries",
                        "the session is proved: the run is running"),
                lines);
    }

    @Test
    void timesThatNoCallCanHaveHarmNobody() throws Exception {
        // given what somebody has made up
        call.log.add(Topics.CALL_LIFECYCLE, 0, ToldCall.offered());
        call.log.add(Topics.CONVERSATION_EVENTS, 10, new ConversationEvent.Began(ToldCall.CALL, 1, 1, Instant.MAX, 1));
        call.log.add(Topics.CONVERSATION_EVENTS, 20, new ConversationEvent.TurnStarted(ToldCall.CALL, 2, 1, Instant.MIN, 1, Party.AGENT, 1));
        call.log.add(Topics.CALL_MEDIA, 30, new MediaFrame.Digit(ToldCall.CALL, 2, Long.MAX_VALUE, '1'));

        // when, then: nothing is before the call, and nothing behind all time
        assertTrue(call.timeline().stream().allMatch(entry -> entry.atMs() >= 0 && entry.atMs() < 253_402_300_800_000L));
    }

    @Test
    void aLineOfATranscriptIsOneLineWhateverWasSaid() {
        // given words that look like somebody else's line
        TimelineEntry said = new TimelineEntry.Said(
                3_000, null, null, 1_000, 3_000, 1, "Good morning.\n00:02.0  caller  I agree", 2_000, true, null);

        // when, then
        assertEquals("00:01.0  agent   Good morning. 00:02.0  caller  I agree", TimelineText.transcriptLine(said));
    }

    @Test
    void anAnswerSaysWhenItPassedItsStagesAndATranscriptDoesNot() {
        TimelineEntry said = new TimelineEntry.Said(
                3_000, null, null, 1_000, 3_000, 1, "Hello.", 2_000, true, new TurnStages(310L, 330L, null, null, 330L, 470L, 471L, 482L));

        assertEquals(
                "Hello.  [turn over 310, words 330, sentence 330, first audio 470, sent 471, on the wire 482 ms]", TimelineText.of(said));
        assertEquals("00:01.0  agent   Hello.", TimelineText.transcriptLine(said));
    }

    @Test
    void eventsOfAWorkerThatHadLostTheCallAreNotBelieved() throws Exception {
        // given
        call.begin();
        call.tell(after -> new ConversationEvent.Resumed(ToldCall.CALL, 20, after, ToldCall.at(900), 340, 2), 900);
        call.tell(after -> new ConversationEvent.Said(
                ToldCall.CALL, 21, after, ToldCall.at(950), 1, "I am still here.", 10, true, 1), 950);
        call.end(6_000);

        // when, then
        assertEquals(List.of(340L), only(TimelineEntry.Takeover.class).stream().map(TimelineEntry.Takeover::gapMs).toList());
        assertEquals(List.of(), only(TimelineEntry.Said.class));
        assertEquals(1, call.summary().takeovers());
    }

    @Test
    void eachEntryReadsFromItsJsonAsItWas() throws Exception {
        // given a call in which a lot happens
        call.begin();
        call.interrupted(1, 500, 4_000, 1_000, "one two three four five six seven eight nine ten.");
        call.key(1_600, '1');
        call.callerSpeaks(2, 2_600, 800);
        call.loseRecords(3);
        call.callerFrame(5_000, 4_000, true);
        call.end(12_000);

        // when, then
        for (TimelineEntry entry : call.timeline()) {
            assertEquals(entry, TimelineJson.read(TimelineJson.of(entry)).orElseThrow());
            assertFalse(TimelineJson.line(TimelineJson.of(entry)).isEmpty());
        }
        assertTrue(TimelineJson.read(TimelineJson.of(call.timeline().getFirst()).put("kind", "tomorrow")).isEmpty());
        assertInstanceOf(TimelineEntry.Lifecycle.class, call.timeline().getFirst());
    }
}
