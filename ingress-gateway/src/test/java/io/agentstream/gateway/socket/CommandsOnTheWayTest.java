package io.agentstream.gateway.socket;

import static io.agentstream.gateway.socket.TestGateway.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.gateway.call.CallLimits;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.End;
import io.agentstream.schemas.Failure;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.Place;
import io.agentstream.schemas.Slice;
import io.agentstream.schemas.SocketCommand;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

/// What becomes of commands that come twice or from the wrong worker, and of events that Kafka does not take.
final class CommandsOnTheWayTest {

    private static final CallLimits IMPATIENT =
            new CallLimits(30_000_000, 60_000_000, 1_000_000, 200_000, 500_000, 100, 200_000);

    private static Slice audio(int value) {
        byte[] audio = new byte[160];
        Arrays.fill(audio, (byte) value);
        return Slice.of(audio);
    }

    private static boolean says(RawPeer.Frame frame, int value) {
        return frame.text().contains(Base64.getEncoder().encodeToString(audio(value).copy()));
    }

    @Test
    void audioThatIsSentAgainIsHeardOnce() throws Exception {
        try (TestGateway gateway = new TestGateway();
                RawPeer peer = gateway.talking()) {
            // given a worker whose producer got no answer, and sends its batch again
            CallId call = gateway.lastStarted();
            for (int i = 0; i < 2; i++) {
                gateway.send(new SocketCommand.Play(call, 1, 0, 160, audio(1)));
                gateway.send(new SocketCommand.Play(call, 1, 1, 160, audio(2)));
            }

            // when it goes on
            gateway.send(new SocketCommand.Play(call, 1, 2, 160, audio(3)));

            // then each frame is heard once
            for (int value = 1; value <= 3; value++) {
                assertTrue(says(peer.read(), value), "frame " + value);
            }
            assertEquals(60, gateway.awaitFrame(MediaFrame.Played.class, MediaFrame.Played::finished).playedMs());
            assertEquals(2, gateway.metric("agent_stream_gateway_frames_dropped_total{cause=\"repeated\""));
        }
    }

    @Test
    void aCallCountsForItsOrganisationFromTheFirstDecisionToItsEnd() throws Exception {
        try (TestGateway gateway = new TestGateway()) {
            try (RawPeer peer = gateway.talking();
                    RawPeer same = gateway.talking()) {
                assertEquals(0, gateway.metric("agent_stream_gateway_organizations"));
                for (CallEvent event : gateway.events()) {
                    if (event instanceof CallEvent.Started) {
                        gateway.send(new SocketCommand.Admit(event.callId(), 7));
                    }
                }
                await(() -> gateway.metric("agent_stream_gateway_organizations") == 1);

                peer.close(1000);
                assertEquals(1000, peer.readClose().closeCode());
                assertTrue(peer.ends());
                assertEquals(1, gateway.metric("agent_stream_gateway_organizations"));
                same.close(1000);
            }
            await(() -> gateway.metric("agent_stream_gateway_organizations") == 0);
        }
    }

    /// Nobody pays for silence: what ends so costs nothing.
    @Test
    void callsAreEndedAsOurFaultWhereKafkaRefusesTheirCommandsForLong() throws Exception {
        try (TestGateway gateway = new TestGateway();
                RawPeer peer = gateway.talking()) {
            // given
            gateway.refusing = true;
            await(() -> !gateway.isRead());

            // when
            gateway.pass(Duration.ofSeconds(10));

            // then
            RawPeer.Frame close = peer.readClose();
            assertEquals(1011, close.closeCode());
            assertEquals("Internal server error", close.closeReason());
            assertEquals(Failure.INTERNAL_ERROR, gateway.awaitEnded().failure());
            assertNull(gateway.awaitEnded().end());

            // when it lets them be read again
            gateway.refusing = false;
            await(gateway::isRead);

            // then calls are taken
            try (RawPeer next = gateway.talking()) {
                gateway.send(new SocketCommand.Play(gateway.lastStarted(), 1, 0, 160, audio(1)));
                assertTrue(says(next.read(), 1));
            }
        }
    }

    @Test
    void tellsWhenTheCallerHearsWhatAndWhenNoMore() throws Exception {
        try (TestGateway gateway = new TestGateway();
                RawPeer peer = gateway.talking()) {
            CallId call = gateway.lastStarted();
            long beforeUs = System.currentTimeMillis() * 1_000;

            // when a worker says something long and takes it back
            gateway.send(new SocketCommand.Play(call, 1, 0, 160, Slice.of(new byte[16_000]), 4));
            assertTrue(says(peer.read(), 0));
            gateway.send(new SocketCommand.Clear(call, 1, 4));

            // then one stretch is told, and its end
            MediaFrame.Silence silence = gateway.awaitFrame(MediaFrame.Silence.class, any -> true);
            MediaFrame.Playing playing = gateway.awaitFrame(MediaFrame.Playing.class, any -> true);
            assertEquals(1, gateway.frames().stream().filter(MediaFrame.Playing.class::isInstance).count());
            assertEquals(List.of(1, 4, 0L), List.of(playing.turn(), playing.epoch(), playing.fromByte()));
            long afterUs = System.currentTimeMillis() * 1_000 + 1_000;
            assertTrue(playing.startsAtUs() >= beforeUs - 50_000 && playing.startsAtUs() <= silence.fromUs(), playing.toString());
            assertTrue(silence.fromUs() <= afterUs + 50_000, silence + " after " + afterUs);
        }
    }

    @Test
    void theEndSaysWhereTheRecordsOfTheCallLie() throws Exception {
        try (TestGateway gateway = new TestGateway();
                RawPeer peer = gateway.talking()) {
            // given a call that is neither the first on its partition of frames nor on that of commands
            CallId call = gateway.lastStarted();
            long frames = gateway.frames().size();
            gateway.send(new SocketCommand.Play(call, 1, 0, 160, audio(1)));
            assertTrue(says(peer.read(), 1));
            gateway.awaitFrame(MediaFrame.Played.class, MediaFrame.Played::finished);

            // when it ends
            gateway.send(SocketCommand.Close.because(call, End.AGENT_HANGUP));

            // then the admission is its first command, and the close its last
            CallEvent.Ended ended = gateway.awaitEnded();
            assertEquals(0, frames);
            assertEquals(
                    List.of(new Place("call.media.v1", 0, 0, gateway.frames().size() - 1), new Place("socket.commands.v1", 3, 0, 3)),
                    ended.places());
        }
    }

    @Test
    void aWorkerThatLostTheCallIsNotHeardAndClosesNothing() throws Exception {
        try (TestGateway gateway = new TestGateway();
                RawPeer peer = gateway.talking()) {
            // given a call that another worker has taken up
            CallId call = gateway.lastStarted();
            gateway.send(new SocketCommand.Play(call, 1, 0, 160, audio(1), 4));
            assertTrue(says(peer.read(), 1));
            gateway.send(new SocketCommand.Play(call, 2, 0, 160, audio(2), 6));
            assertTrue(says(peer.read(), 2));

            // when the former one wakes up
            gateway.send(new SocketCommand.Play(call, 1, 1, 160, audio(9), 4));
            gateway.send(new SocketCommand.Clear(call, 7, 4));
            gateway.send(SocketCommand.Close.because(call, End.AGENT_HANGUP).of(4));
            gateway.send(new SocketCommand.Play(call, 2, 1, 160, audio(3), 6));

            // then only the one that has the call is heard
            assertTrue(says(peer.read(), 3));
            assertEquals(1, gateway.metric("agent_stream_gateway_frames_dropped_total{cause=\"former_worker\""));
            assertEquals(0, gateway.count(CallEvent.Ended.class));
        }
    }

    @Test
    void whatIsPlayedIsASignOfLife() throws Exception {
        try (TestGateway gateway = new TestGateway(IMPATIENT, true);
                RawPeer peer = gateway.talking()) {
            // given a caller who says nothing for longer than a call may be idle
            CallId call = gateway.lastStarted();

            // when the agent speaks for two seconds
            gateway.send(new SocketCommand.Play(call, 1, 0, 160, Slice.of(new byte[16_000])));

            // then he hears all of it, and the call is idle only afterwards
            for (int frame = 0; frame < 100; frame++) {
                assertTrue(peer.read().text().contains("\"media\""));
            }
            assertEquals(1000, peer.readClose().closeCode());
            assertEquals(End.IDLE, gateway.awaitEnded().end());
            assertTrue(gateway.awaitFrame(MediaFrame.Played.class, MediaFrame.Played::finished).playedMs() == 2_000);
        }
    }

    @Test
    void aSignOfLifeThatKafkaDoesNotTakeCostsNobodyACall() throws Exception {
        try (TestGateway gateway = new TestGateway(IMPATIENT, false);
                RawPeer peer = gateway.talking()) {
            // given a running call whose offer and start are written
            assertTrue(gateway.events.completeNext(), "offered");
            assertTrue(gateway.events.completeNext(), "started");
            await(() -> gateway.count(CallEvent.Alive.class) > 0);

            // when its sign of life is lost
            assertTrue(gateway.events.errorNext(new TimeoutException("away")));

            // then it goes on
            peer.text("{\"event\":\"dtmf\",\"dtmf\":{\"digit\":\"5\"}}");
            assertEquals('5', gateway.awaitFrame(MediaFrame.Digit.class, f -> true).digit());
            assertEquals(0, gateway.count(CallEvent.Ended.class));
            assertEquals(1, gateway.metric("agent_stream_gateway_events_lost_total"));
        }
    }

    @Test
    void aStartThatKafkaDoesNotTakeEndsTheCall() throws Exception {
        try (TestGateway gateway = new TestGateway(IMPATIENT, false);
                RawPeer peer = gateway.started()) {
            // given an offer that is written
            await(() -> gateway.count(CallEvent.Started.class) == 1);
            assertTrue(gateway.events.completeNext());

            // when the start is not
            assertTrue(gateway.events.errorNext(new TimeoutException("away")));

            // then the call is refused, as what is missing cannot be made up for
            assertEquals(1011, peer.readClose().closeCode());
        }
    }

    @Test
    void aFrameThatKafkaDoesNotTakeIsCountedAndNoMore() throws Exception {
        try (TestGateway gateway = new TestGateway();
                RawPeer peer = gateway.talking()) {
            gateway.media.sendException = new RecordTooLargeException("no");
            peer.text("{\"event\":\"dtmf\",\"dtmf\":{\"digit\":\"5\"}}");
            await(() -> gateway.metric("agent_stream_gateway_frames_dropped_total{cause=\"too_large\"") == 1);

            gateway.media.sendException = null;
            peer.text("{\"event\":\"dtmf\",\"dtmf\":{\"digit\":\"6\"}}");

            assertEquals('6', gateway.awaitFrame(MediaFrame.Digit.class, f -> true).digit());
            assertFalse(gateway.frames().isEmpty());
        }
    }
}
