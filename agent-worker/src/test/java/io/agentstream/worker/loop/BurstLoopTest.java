package io.agentstream.worker.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.schemas.CallId;
import io.agentstream.schemas.ConversationEvent;
import io.agentstream.schemas.End;
import io.agentstream.schemas.SocketCommand;
import io.agentstream.worker.service.Heard;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Services that tell more at once than there is room for: whoever pays for the call may be who answers as its service.
class BurstLoopTest {

    private static final CallId CALL = LoopFixture.call(1);
    private static final String GRAPH = """
            {"engine": "cascade",
             "services": {"ear": [{"service": "deepgram", "key": "a"}], "brain": [{"service": "openai", "model": "m", "key": "b"}],
                          "mouth": [{"service": "openai", "voice": "v", "key": "b"}]},
             "prompt": "You are kind.", "start": "talk",
             "nodes": {"talk": {"type": "agent", "prompt": "Help.", "say": "How can I help?"}}}
            """;
    private static final int BURST = 1_000;
    private static final int LONG = 8_000;

    private final InProcess services = new InProcess();
    private final LoopFixture fixture = services.worker();
    private final LoopCaller caller = new LoopCaller(CALL);

    private void greeted() throws Exception {
        fixture.start(0);
        fixture.running(CALL, 0, GRAPH);
        caller.hears(fixture, 1);
    }

    private static String words(int n) {
        String begin = "Order number " + n + " ";
        return begin + "x".repeat(LONG - begin.length());
    }

    private List<String> heard() {
        return fixture.told(ConversationEvent.Heard.class).stream().map(ConversationEvent.Heard::text).toList();
    }

    @Test
    void anEarsBurstOfPartialWordsEndsNoCallAndTheLastAreHeard() throws Exception {
        greeted();

        for (int n = 1; n <= BURST; n++) {
            services.hearer.on(new Heard.Partial(words(n)));
        }
        fixture.work();
        caller.says(fixture, "Where is my order, please?");
        fixture.workUntil(() -> !heard().isEmpty());

        assertTrue(heard().getFirst().startsWith("Order number " + BURST + " x"), heard().getFirst());
        assertTrue(fixture.commands().stream().noneMatch(SocketCommand.Close.class::isInstance));
    }

    /// A call that we break is given back what it has cost, one that its agent ends is not.
    @Test
    void aServiceThatTellsMoreThanIsTakenEndsTheCallAsItsAgentDoes() throws Exception {
        greeted();

        for (int n = 1; n <= BURST; n++) {
            services.hearer.on(new Heard.TurnEnded(words(n)));
        }
        fixture.work();

        assertEquals(SocketCommand.Close.because(CALL, End.AGENT_HANGUP), fixture.commands().getLast());
        assertEquals(0, fixture.meters.failed().count());
    }
}
