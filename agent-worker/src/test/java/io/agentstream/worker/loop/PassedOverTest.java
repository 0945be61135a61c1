package io.agentstream.worker.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.ConversationEvent;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/// What the log says of definitions that were written by other rules.
class PassedOverTest {

    private static final CallId CALL = LoopFixture.call(9_001);
    private static final CallId OTHER = LoopFixture.call(9_002);
    private static final String SCRIPT = """
            {"engine": "scripted", "mood": "kind", "start": "menu", "nodes": {"menu": {"say": "Press a key.", "on_digit": {"any": "menu"}}}}
            """;

    private final Logger logger = (Logger) LoggerFactory.getLogger(PassedOver.class);
    private final List<String> said = new CopyOnWriteArrayList<>();
    private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            said.add(String.valueOf(event.getKeyValuePairs()));
        }
    };
    private final LoopFixture first = new LoopFixture(LoopFixture.engines());
    private final LoopFixture second = new LoopFixture(LoopFixture.engines(), first.events, new LoopFixture.Mock(), LoopFixture.producer());

    @BeforeEach
    void listen() {
        appender.start();
        logger.addAppender(appender);
    }

    @AfterEach
    void end() {
        logger.detachAppender(appender);
    }

    /// Of calls of this test; others may run at the same time.
    private long saidOf(CallId call) {
        return said.stream().filter(line -> line.contains(call.toString()) && line.contains("mood")).count();
    }

    private void twoCallsBegin() throws Exception {
        first.start(1);
        first.running(CALL, 1, SCRIPT);
        first.running(OTHER, 1, SCRIPT);
        first.work();
    }

    @Test
    void ofEachCallThatBeginsItIsSaid() throws Exception {
        twoCallsBegin();

        assertEquals(1, saidOf(CALL));
        assertEquals(1, saidOf(OTHER));
    }

    @Test
    void ofCallsThatAreTakenOverItIsSaidOnceForADefinition() throws Exception {
        // given two calls of one agent that another worker held
        twoCallsBegin();
        first.loop.onClose();
        said.clear();

        // when
        second.start(1);
        second.audio(CALL, 1, 11, EchoLoopTest.frame(1, 160));
        second.audio(OTHER, 1, 11, EchoLoopTest.frame(1, 160));
        second.workUntil(() -> second.told(ConversationEvent.Resumed.class).size() == 2);

        // then
        assertEquals(1, saidOf(CALL) + saidOf(OTHER));
    }
}
