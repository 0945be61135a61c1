package io.agentstream.gateway.socket;

import static io.agentstream.gateway.socket.TestGateway.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.CallKeys;
import io.agentstream.schemas.CallSecrets;
import io.agentstream.schemas.Codec.Decoded;
import io.agentstream.schemas.Failure;
import io.agentstream.schemas.FrameSeal;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.SealKey;
import io.agentstream.schemas.Slice;
import io.agentstream.schemas.SocketCommand;
import io.agentstream.schemas.Topics;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// A call of a gateway that has the installation's key.
final class SealedCallTest {

    private static final SecureRandom RANDOM = new SecureRandom();

    private final CallSecrets.Wrapping wrapping = new CallSecrets.Wrapping(List.of(SealKey.generate(RANDOM)));

    private TestGateway gateway() {
        return new TestGateway(settings -> new MediaServer.Settings(
                settings.bindAddress(), settings.port(), settings.ioThreads(), settings.admission(), settings.proxies(),
                settings.maxMessageBytes(), settings.bytesPerSecond(), settings.maxUnsentBytes(), settings.stall(),
                settings.limits(), settings.tls(), wrapping));
    }

    private static Slice audio(int value) {
        byte[] audio = new byte[160];
        Arrays.fill(audio, (byte) value);
        return Slice.of(audio);
    }

    /// As a worker finds them.
    private FrameSeal seal(TestGateway gateway) {
        CallKeys keys = gateway.events.history().stream()
                .filter(each -> each.topic().equals(Topics.CALL_KEYS.name()) && each.value() != null)
                .map(each -> ((Decoded.Value<CallKeys>) Topics.CALL_KEYS.codec().decode(each.value())).value())
                .findFirst()
                .orElseThrow();
        return new FrameSeal(Objects.requireNonNull(wrapping.unwrap(keys).orElseThrow().media()), RANDOM);
    }

    @Test
    void whatTheWorkerSealsIsHeardAndWhatTheCallerDoesIsSealed() throws Exception {
        try (TestGateway gateway = gateway();
                RawPeer peer = gateway.talking()) {
            CallId call = gateway.lastStarted();
            FrameSeal worker = seal(gateway);

            // when
            gateway.send(worker.seal(new SocketCommand.Play(call, 1, 0, 160, audio(7), 3)));
            peer.text("{\"event\":\"dtmf\",\"dtmf\":{\"digit\":\"5\"}}");

            // then
            assertTrue(peer.read().text().contains(Base64.getEncoder().encodeToString(audio(7).copy())));
            MediaFrame.SealedDigit pressed = gateway.awaitFrame(MediaFrame.SealedDigit.class, frame -> true);
            assertEquals('5', Objects.requireNonNull(worker.open(pressed)).digit());
            gateway.events.history().stream().filter(each -> each.value() != null).forEach(each -> {
                String text = new String(each.value(), StandardCharsets.ISO_8859_1);
                assertFalse(text.contains("+15550100") || text.contains("gold"), each.topic());
            });
        }
    }

    @Test
    void aWorkerThatDoesNotSealIsNotLeftToTalkPastTheCaller() throws Exception {
        try (TestGateway gateway = gateway();
                RawPeer peer = gateway.talking()) {
            // when a worker that knows nothing of keys begins to speak
            gateway.send(new SocketCommand.Play(gateway.lastStarted(), 1, 0, 160, audio(7), 3));

            // then the call ends with a cause, and nothing of it was heard
            assertEquals(1011, peer.readClose().closeCode());
            assertEquals(Failure.INTERNAL_ERROR, gateway.awaitEnded().failure());
            assertEquals(1, gateway.metric("agent_stream_gateway_workers_that_do_not_seal_total"));
        }
    }

    @Test
    void whatWasSealedForAnotherCallIsNotPlayed() throws Exception {
        try (TestGateway gateway = gateway();
                RawPeer peer = gateway.talking()) {
            CallId call = gateway.lastStarted();
            FrameSeal stranger = new FrameSeal(SealKey.generate(RANDOM), RANDOM);

            // when noise comes before a worker's audio
            gateway.send(stranger.seal(new SocketCommand.Play(call, 1, 0, 160, audio(9), 3)));
            gateway.send(seal(gateway).seal(new SocketCommand.Play(call, 1, 0, 160, audio(7), 3)));

            // then only that is heard
            assertTrue(peer.read().text().contains(Base64.getEncoder().encodeToString(audio(7).copy())));
            assertEquals(1, gateway.metric("agent_stream_gateway_commands_not_opened_total"));
        }
    }

    @Test
    void aSocketThatTheGatewayRefusesGetsNoKeysAndSaysNoNumbers() throws Exception {
        try (TestGateway gateway = gateway()) {
            // given
            gateway.unable = Optional.of("not ready");

            // when
            try (RawPeer refused = RawPeer.connect(gateway.port(), TestGateway.URL + "&from=%2B15550100")) {
                refused.readClose();
            }
            await(() -> gateway.count(CallEvent.Ended.class) == 1);

            // then
            assertEquals(
                    List.of(Topics.CALL_LIFECYCLE.name()),
                    gateway.events.history().stream().map(each -> each.topic()).distinct().toList());
            gateway.events.history().forEach(each ->
                    assertFalse(new String(each.value(), StandardCharsets.UTF_8).contains("+15550100")));
        }
    }

    @Test
    void theKeysAreThereBeforeTheOfferAndAreSaidToBeOverAfterTheEnd() throws Exception {
        try (TestGateway gateway = gateway()) {
            try (RawPeer peer = gateway.talking()) {
                gateway.send(SocketCommand.Close.because(gateway.lastStarted(), io.agentstream.schemas.End.AGENT_HANGUP));
                peer.readClose();
            }
            await(() -> gateway.count(CallEvent.Ended.class) == 1
                    && gateway.events.history().getLast().topic().equals(Topics.CALL_KEYS.name()));

            List<String> topics = gateway.events.history().stream().map(each -> each.topic()).toList();

            assertEquals(Topics.CALL_KEYS.name(), topics.getFirst());
            assertEquals(2, topics.stream().filter(Topics.CALL_KEYS.name()::equals).count());
            assertEquals(null, gateway.events.history().getLast().value());
        }
    }
}
