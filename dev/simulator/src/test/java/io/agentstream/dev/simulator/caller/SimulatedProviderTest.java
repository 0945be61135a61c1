package io.agentstream.dev.simulator.caller;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.dev.simulator.caller.CallEvent.Kind;
import io.agentstream.dev.simulator.caller.CallOutcome.Ending;
import io.undertow.websockets.core.WebSocketChannel;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class SimulatedProviderTest {

    private static final String DOMAIN = "demo.cloudonix.net";

    @Test
    void opensLikeTheProviderAndSendsTwentyMillisecondFramesInRealTime() throws InterruptedException {
        // given
        try (TinyGateway gateway = new TinyGateway((_, _) -> {});
                SimulatedProvider provider = new SimulatedProvider()) {
            // when
            CallOutcome outcome = provider.place(CallPlan.to(gateway.url(), DOMAIN).withMaxMs(500));

            // then
            List<String> frames = gateway.received();
            assertEquals(ProviderFrames.CONNECTED, frames.getFirst());
            assertTrue(TinyGateway.is(frames.get(1), "start"), frames.get(1));
            assertTrue(frames.get(1).contains("\"accountSid\":\"" + DOMAIN + "\""), frames.get(1));
            assertTrue(frames.get(2).contains("\"chunk\":\"1\",\"timestamp\":\"0\""), frames.get(2));
            assertTrue(TinyGateway.is(frames.getLast(), "stop"), frames.getLast());
            assertEquals(25, outcome.framesSent());
            assertEquals(Ending.LIMIT, outcome.ending());
            assertEquals(1000, outcome.closeCode());
            assertTrue(outcome.lengthMs() >= 480 && outcome.lengthMs() < 2_000, outcome.toString());
        }
    }

    @Test
    void reportsTheGatewaysCloseCodeAndReason() throws InterruptedException {
        // given
        BiConsumer<String, WebSocketChannel> refuses = (message, channel) -> {
            if (TinyGateway.is(message, "start")) {
                TinyGateway.close(channel, 4400, "Unknown Cloudonix domain: x");
            }
        };
        try (TinyGateway gateway = new TinyGateway(refuses);
                SimulatedProvider provider = new SimulatedProvider()) {
            // when
            CallOutcome outcome = provider.place(CallPlan.to(gateway.url(), DOMAIN));

            // then
            assertEquals(Ending.PEER_CLOSED, outcome.ending());
            assertEquals(4400, outcome.closeCode());
            assertEquals("Unknown Cloudonix domain: x", outcome.closeReason());
        }
    }

    @Test
    void reportsARefusedUpgradeAndAnAbsentGateway() throws InterruptedException {
        // given
        URI gone;
        try (TinyGateway gateway = new TinyGateway((_, _) -> {});
                SimulatedProvider provider = new SimulatedProvider()) {
            gone = gateway.url();

            // when
            CallOutcome refused = provider.place(CallPlan.to(gone.resolve("/elsewhere"), DOMAIN));

            // then
            assertEquals(404, refused.httpStatus());
            assertEquals(Ending.FAILED, refused.ending());
        }
        try (SimulatedProvider provider = new SimulatedProvider()) {
            assertEquals(
                    "the gateway could not be reached",
                    provider.place(CallPlan.to(gone, DOMAIN)).failure());
        }
    }

    @Test
    void hearsWhatIsSentInRealTimeHoweverFastItComes() throws InterruptedException {
        // given: 400 ms of audio in one go
        BiConsumer<String, WebSocketChannel> talks = (message, channel) -> {
            if (TinyGateway.is(message, "start")) {
                TinyGateway.send(channel, TinyGateway.media(message, tone(400)));
            }
        };
        try (TinyGateway gateway = new TinyGateway(talks);
                SimulatedProvider provider = new SimulatedProvider()) {
            // when
            CallOutcome outcome = provider.place(CallPlan.to(gateway.url(), DOMAIN).withMaxMs(1_500));

            // then
            assertTrue(outcome.firstAudioMs() >= 0 && outcome.firstSpeechMs() >= outcome.firstAudioMs());
            assertEquals(400, loudMs(outcome.heard()));
            assertTrue(outcome.heard().lengthMs() >= 1_400, outcome.heard().toString());
            assertEquals(1, outcome.events(Kind.AGENT_SPEAKS).size());
            assertEquals(1, outcome.events(Kind.AGENT_SILENT).size());
        }
    }

    @Test
    void echoesAMarkOnceEverythingBeforeItIsPlayed() throws InterruptedException {
        // given
        BiConsumer<String, WebSocketChannel> marks = (message, channel) -> {
            if (TinyGateway.is(message, "start")) {
                TinyGateway.send(channel, mark(message, "at once"));
                TinyGateway.send(channel, TinyGateway.media(message, tone(400)));
                TinyGateway.send(channel, mark(message, "after 400"));
            }
        };
        try (TinyGateway gateway = new TinyGateway(marks);
                SimulatedProvider provider = new SimulatedProvider()) {
            // when
            CallOutcome outcome = provider.place(CallPlan.to(gateway.url(), DOMAIN).withMaxMs(1_000));

            // then
            List<CallEvent> reached = outcome.events(Kind.MARK_REACHED);
            assertEquals(List.of("at once", "after 400"), reached.stream().map(CallEvent::detail).toList());
            assertTrue(reached.getFirst().atMs() < 300, outcome.toString());
            assertTrue(reached.getLast().atMs() >= 370, outcome.toString());
            assertEquals(2, gateway.received().stream().filter(each -> TinyGateway.is(each, "mark")).count());
        }
    }

    @Test
    void dropsWhatIsBufferedOnClearAndReportsItsMarks() throws InterruptedException {
        // given: ten seconds of audio, taken back when the caller presses a key
        BiConsumer<String, WebSocketChannel> interrupted = (message, channel) -> {
            if (TinyGateway.is(message, "start")) {
                TinyGateway.send(channel, TinyGateway.media(message, tone(10_000)));
                TinyGateway.send(channel, mark(message, "end"));
            } else if (TinyGateway.is(message, "dtmf")) {
                TinyGateway.send(channel, "{\"event\":\"clear\",\"streamSid\":\"" + TinyGateway.streamOf(message) + "\"}");
            }
        };
        try (TinyGateway gateway = new TinyGateway(interrupted);
                SimulatedProvider provider = new SimulatedProvider()) {
            // when
            CallOutcome outcome = provider.place(CallPlan.to(gateway.url(), DOMAIN)
                    .withSteps(List.of(new Step(new Cue.AgentSpeaks(200), new Action.Press('5'))))
                    .withMaxMs(1_500));

            // then
            assertEquals(1, outcome.events(Kind.CLEARED).size());
            assertEquals(1, outcome.events(Kind.MARK_REACHED).size());
            assertTrue(loudMs(outcome.heard()) >= 200 && loudMs(outcome.heard()) < 1_000, outcome.toString());
        }
    }

    @Test
    void followsItsScriptWhenTheAgentHasFinished() throws InterruptedException {
        // given
        BiConsumer<String, WebSocketChannel> greets = (message, channel) -> {
            if (TinyGateway.is(message, "start")) {
                TinyGateway.send(channel, TinyGateway.media(message, tone(300)));
            }
        };
        try (TinyGateway gateway = new TinyGateway(greets);
                SimulatedProvider provider = new SimulatedProvider()) {
            // when
            CallOutcome outcome = provider.place(CallPlan.to(gateway.url(), DOMAIN)
                    .withSteps(List.of(
                            new Step(new Cue.AgentSilent(600), new Action.Say(Speech.ofMulaw(tone(200)))),
                            new Step(new Cue.Then(100), new Action.Press('#')),
                            new Step(new Cue.Then(0), new Action.HangUp())))
                    .withMaxMs(10_000));

            // then
            assertEquals(Ending.HUNG_UP, outcome.ending());
            long said = outcome.events(Kind.SAID).getFirst().atMs();
            long pressed = outcome.events(Kind.PRESSED).getFirst().atMs();
            assertTrue(said >= 850, outcome.toString());
            assertTrue(pressed - said >= 250, outcome.toString());
            assertTrue(gateway.received().stream().anyMatch(each -> each.contains("\"digit\":\"#\"")));
        }
    }

    @Test
    void rejectsWhatAProviderWouldReject() throws InterruptedException {
        // given
        BiConsumer<String, WebSocketChannel> babbles = (message, channel) -> {
            if (TinyGateway.is(message, "start")) {
                TinyGateway.send(channel, "{\"event\":\"media\",\"streamSid\":\"another\",\"media\":{\"payload\":\"\"}}");
                TinyGateway.send(channel, "no JSON");
                TinyGateway.send(channel, TinyGateway.media(message, tone(20)).replace("\"payload\":\"", "\"payload\":\"!"));
            }
        };
        try (TinyGateway gateway = new TinyGateway(babbles);
                SimulatedProvider provider = new SimulatedProvider()) {
            // when
            CallOutcome outcome = provider.place(CallPlan.to(gateway.url(), DOMAIN).withMaxMs(300));

            // then
            assertEquals(3, outcome.rejected());
            assertEquals(0, outcome.framesReceived());
        }
    }

    @Test
    void isHungUpFromOutside() throws Exception {
        // given
        try (TinyGateway gateway = new TinyGateway((_, _) -> {});
                SimulatedProvider provider = new SimulatedProvider()) {
            SimulatedProvider.Placed placed = provider.begin(CallPlan.to(gateway.url(), DOMAIN));

            // when
            placed.hangUp();

            // then
            assertEquals(Ending.HUNG_UP, placed.outcome().get().ending());
        }
    }

    @Test
    void holdsTwoHundredCallsAtOnceInTime() throws Exception {
        // given
        try (TinyGateway gateway = new TinyGateway((_, _) -> {});
                SimulatedProvider provider = new SimulatedProvider()) {
            List<CompletableFuture<CallOutcome>> outcomes = new ArrayList<>();

            // when
            for (int i = 0; i < 200; i++) {
                outcomes.add(provider.begin(CallPlan.to(gateway.url(), DOMAIN).withMaxMs(2_000)).outcome());
            }

            // then
            for (CompletableFuture<CallOutcome> outcome : outcomes) {
                assertEquals(100, outcome.get().framesSent());
                assertTrue(outcome.get().lengthMs() < 6_000, outcome.get().toString());
            }
        }
    }

    @Test
    void keepsTheAddressOutOfWhatItPrints() {
        // given
        CallPlan plan = CallPlan.to(URI.create("ws://127.0.0.1/secret-agent"), DOMAIN);

        // when, then
        assertFalse(plan.toString().contains("secret-agent"));
    }

    private static String mark(String message, String name) {
        return "{\"event\":\"mark\",\"streamSid\":\"" + TinyGateway.streamOf(message) + "\",\"mark\":{\"name\":\"" + name
                + "\"}}";
    }

    private static byte[] tone(int ms) {
        byte[] loud = new byte[ms * 8];
        Arrays.fill(loud, (byte) 0x80);
        return loud;
    }

    private static long loudMs(Speech heard) {
        long loud = 0;
        for (byte sample : heard.mulaw()) {
            if (sample == (byte) 0x80) {
                loud++;
            }
        }
        return loud / 8;
    }
}
