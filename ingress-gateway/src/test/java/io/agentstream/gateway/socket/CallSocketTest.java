package io.agentstream.gateway.socket;

import static io.agentstream.gateway.socket.TestGateway.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.End;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.Slice;
import io.agentstream.schemas.SocketCommand;
import java.util.Base64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class CallSocketTest {

    private final TestGateway gateway = new TestGateway();

    @AfterEach
    void close() throws Exception {
        gateway.close();
    }

    private static String media(int timestamp, byte[] audio) {
        return "{\"event\":\"media\",\"streamSid\":\"MZ-7f3c\",\"sequenceNumber\":\"4\",\"media\":{\"track\":\"inbound\",\"chunk\":\"2\","
                + "\"timestamp\":\"" + timestamp + "\",\"payload\":\"" + Base64.getEncoder().encodeToString(audio) + "\"}}";
    }

    private static byte[] audio(int seed, int length) {
        byte[] audio = new byte[length];
        for (int i = 0; i < length; i++) {
            audio[i] = (byte) (seed + i);
        }
        return audio;
    }

    @Test
    void carriesACallFromItsOfferToItsEnd() throws Exception {
        try (RawPeer peer = gateway.talking()) {
            CallId call = gateway.lastStarted();

            peer.text(media(40, audio(1, 160)));
            MediaFrame.Audio heard = gateway.awaitFrame(MediaFrame.Audio.class, f -> true);
            assertEquals(40, heard.timestampMs());
            assertEquals(Slice.of(audio(1, 160)), heard.payload());

            gateway.send(new SocketCommand.Play(call, 1, 0, 160, Slice.of(audio(7, 320))));
            for (int frame = 0; frame < 2; frame++) {
                assertEquals(
                        "{\"event\":\"media\",\"streamSid\":\"MZ-7f3c\",\"media\":{\"payload\":\""
                                + Base64.getEncoder().encodeToString(audio(7 + 160 * frame, 160)) + "\"}}",
                        peer.read().text());
            }

            gateway.send(SocketCommand.Close.because(call, End.AGENT_HANGUP));
            RawPeer.Frame close = peer.readClose();
            assertEquals(1000, close.closeCode());
            peer.close(1000);
            assertTrue(peer.ends());

            CallEvent.Ended ended = gateway.awaitEnded();
            assertEquals(End.AGENT_HANGUP, ended.end());
            await(() -> gateway.server.commands() != null && gateway.metric("agent_stream_gateway_sockets") == 0);
        }
    }
}
