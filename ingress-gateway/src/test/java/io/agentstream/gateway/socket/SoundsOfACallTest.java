package io.agentstream.gateway.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.MediaFacts;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.Slice;
import io.agentstream.schemas.SocketCommand;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/// Lines that carry nothing send frames too: at the end it is said whose frames were all silence.
final class SoundsOfACallTest {

    /// Zero in mu-law.
    private static final int ZERO = 0xFF;

    @AutoClose
    private final TestGateway gateway = new TestGateway();

    private static byte[] silence() {
        byte[] frame = new byte[160];
        Arrays.fill(frame, (byte) ZERO);
        return frame;
    }

    private static byte[] sound() {
        byte[] frame = silence();
        for (int i = 0; i < frame.length; i += 2) {
            frame[i] = 0x20;
        }
        return frame;
    }

    private static String media(byte[] audio) {
        return "{\"event\":\"media\",\"media\":{\"track\":\"inbound\",\"payload\":\"" + Base64.getEncoder().encodeToString(audio) + "\"}}";
    }

    /// What the gateway says of a call in which both sides send two frames.
    private CallEvent.Ended ended(byte[] caller, byte[] agent) throws Exception {
        try (RawPeer peer = gateway.talking()) {
            for (byte[] frame : new byte[][] {silence(), caller}) {
                peer.text(media(frame));
                gateway.awaitFrame(MediaFrame.Audio.class, heard -> heard.payload().equals(Slice.of(frame)));
            }
            for (byte[] frame : new byte[][] {silence(), agent}) {
                gateway.send(new SocketCommand.Play(gateway.lastStarted(), 1, frame == agent ? 1 : 0, 160, Slice.of(frame)));
                assertTrue(peer.read().text().contains(Base64.getEncoder().encodeToString(frame)));
            }
            peer.close(1000);
            return gateway.awaitEnded();
        }
    }

    @Test
    void aLineThatSendsSilenceAloneIsSaidToBeSilent() throws Exception {
        CallEvent.Ended ended = ended(silence(), sound());

        assertEquals(true, ended.callerSilent());
        assertEquals(false, ended.agentSilent());
    }

    @Test
    void anAgentThatSendsSilenceAloneIsSaidToBeSilent() throws Exception {
        CallEvent.Ended ended = ended(sound(), silence());

        assertEquals(false, ended.callerSilent());
        assertEquals(true, ended.agentSilent());
    }

    @Test
    void howTheAudioWentIsSaidAtTheEnd() throws Exception {
        try (RawPeer peer = gateway.talking()) {
            for (byte[] frame : new byte[][] {silence(), sound()}) {
                peer.text(media(frame));
                gateway.awaitFrame(MediaFrame.Audio.class, heard -> heard.payload().equals(Slice.of(frame)));
            }
            gateway.send(new SocketCommand.Play(gateway.lastStarted(), 1, 0, 160, Slice.of(sound())));
            peer.read();
            gateway.pass(Duration.ofMillis(50)); // 20 ms of it are heard
            gateway.send(new SocketCommand.Play(gateway.lastStarted(), 1, 1, 160, Slice.of(sound())));
            peer.read();
            peer.close(1000);

            MediaFacts media = Objects.requireNonNull(gateway.awaitEnded().media());

            assertEquals(List.of(2L, 0L), List.of(media.heardFrames(), media.lostFrames()));
            assertEquals(1, media.gaps());
            assertTrue(media.gapMs() >= 30 && media.gapMs() == media.longestGapMs(), media.toString());
        }
    }

    @Test
    void ofASideThatSentNothingNothingIsSaid() throws Exception {
        try (RawPeer peer = gateway.talking()) {
            peer.close(1000);
            CallEvent.Ended ended = gateway.awaitEnded();

            assertNull(ended.callerSilent());
            assertNull(ended.agentSilent());
        }
    }
}
