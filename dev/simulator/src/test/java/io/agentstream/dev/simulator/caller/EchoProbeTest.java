package io.agentstream.dev.simulator.caller;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.dev.simulator.caller.CallOutcome.Ending;
import io.undertow.websockets.core.WebSocketChannel;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Calls with numbered frames, on a gateway that sends them back.
@Timeout(30)
final class EchoProbeTest {

    private static final String DOMAIN = "demo.cloudonix.net";

    @Test
    void measuresHowLongAnEchoTakes() throws InterruptedException {
        // given
        BiConsumer<String, WebSocketChannel> echoes = (message, channel) -> {
            if (TinyGateway.is(message, "media")) {
                TinyGateway.echo(message, channel);
            }
        };
        try (TinyGateway gateway = new TinyGateway(echoes);
                SimulatedProvider provider = new SimulatedProvider()) {
            // when
            CallOutcome outcome = provider.place(CallPlan.to(gateway.url(), DOMAIN).withProbe().withMaxMs(1_000));

            // then
            EchoLatency latency = outcome.latency();
            assertEquals(50, latency.sent());
            assertEquals(50, latency.returned());
            assertEquals(0, latency.outOfOrder());
            assertTrue(latency.percentileMs(50) < 100, latency.toString());
        }
    }

    @Test
    void waitsForTheEchoOfItsLastFramesBeforeItHangsUp() throws InterruptedException {
        // given: a gateway that answers a quarter of a second late
        try (ScheduledExecutorService later = Executors.newSingleThreadScheduledExecutor();
                TinyGateway gateway = new TinyGateway((message, channel) -> {
                    if (TinyGateway.is(message, "media")) {
                        later.schedule(() -> TinyGateway.echo(message, channel), 250, TimeUnit.MILLISECONDS);
                    }
                });
                SimulatedProvider provider = new SimulatedProvider()) {
            // when
            CallOutcome outcome = provider.place(CallPlan.to(gateway.url(), DOMAIN).withProbe().withMaxMs(400));

            // then
            assertEquals(Ending.LIMIT, outcome.ending());
            assertEquals(20, outcome.latency().sent());
            assertEquals(20, outcome.latency().returned());
            assertTrue(outcome.latency().percentileMs(50) >= 249, outcome.toString());
        }
    }
}
