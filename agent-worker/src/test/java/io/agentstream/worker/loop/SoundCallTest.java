package io.agentstream.worker.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.agents.conversation.ConversationInput.EngineFailed;
import io.agentstream.agents.conversation.ConversationInput.ReplyPart;
import io.agentstream.agents.conversation.Prompt;
import io.agentstream.schemas.AgentDefinition;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Failure;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.MediaFormat;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.SocketCommand;
import io.agentstream.schemas.Topics;
import io.agentstream.worker.engine.AgentEngine;
import io.agentstream.worker.engine.AgentSession;
import io.agentstream.worker.engine.ReplySink;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/// A run that is running has a conversation, or its call is closed with a cause; and what breaks one call harms no other.
class SoundCallTest {

    private static final CallId BAD = LoopFixture.call(1);
    private static final CallId GOOD = LoopFixture.call(2);
    private static final String ECHO = "{\"engine\":\"echo\"}";
    private static final SocketCommand CLOSED = SocketCommand.Close.because(BAD, Failure.INTERNAL_ERROR, "");

    private final LoopFixture fixture = new LoopFixture(LoopFixture.engines());

    /// Where an engine may break.
    enum At {
        OPEN,
        FLOW,
        HEAR,
        STOP,
        CLOSE,
        LINKAGE,
        POSTS_FOR_EVER
    }

    private record Fragile(At at) implements AgentEngine {
        @Override
        public String name() {
            return "fragile";
        }

        @Override
        public boolean takesTurns() {
            return at == At.STOP;
        }

        @Override
        public boolean hears() {
            return true;
        }

        private void breaks(At here) {
            if (here == at) {
                throw new IllegalStateException("a bug");
            }
        }

        @Override
        public AgentSession open(Opening opening, ReplySink out) {
            breaks(At.OPEN);
            if (at == At.LINKAGE) {
                throw new NoClassDefFoundError("a class that is not there");
            }
            return new AgentSession() {
                @Override
                public void hear(MediaFrame.Audio frame) {
                    breaks(At.HEAR);
                    while (at == At.POSTS_FOR_EVER) {
                        out.post(new ReplyPart(1, "", frame.payload()));
                    }
                }

                @Override
                public void think(int turn, Prompt prompt) {
                    breaks(At.STOP);
                }

                @Override
                public void flow(int turn) {
                    breaks(At.FLOW);
                }

                @Override
                public void stop(int turn) {}

                @Override
                public void close() {
                    out.post(new EngineFailed());
                    out.post(new ReplyPart(1, "", EchoLoopTest.frame(7, 160)));
                    breaks(At.CLOSE);
                }
            };
        }
    }

    private static LoopFixture with(AgentEngine engine) {
        return new LoopFixture(LoopFixture.engines(engine));
    }

    @ParameterizedTest
    @EnumSource(At.class)
    void aBugAnywhereInAnEngineEndsItsCallOnly(At at) throws Exception {
        // given a call whose engine breaks, and a good one
        LoopFixture loop = with(new Fragile(at));
        loop.start(0);
        loop.running(BAD, 0, "{\"engine\":\"fragile\"}");
        loop.running(GOOD, 0, ECHO);
        loop.work();

        // when both are talked to, and the first one ends
        loop.audio(BAD, 0, 10, EchoLoopTest.frame(1, 160));
        loop.audio(BAD, 0, 11, EchoLoopTest.frame(1, 160));
        loop.work();
        loop.ended(BAD, 0, 12);
        loop.work();
        loop.audio(GOOD, 0, 10, EchoLoopTest.frame(2, 160));
        loop.work();

        // then the first was closed once, unless it broke in closing, and the second is answered with its own audio only
        List<SocketCommand> ofBad = loop.commands().stream().filter(each -> each.callId().equals(BAD)).toList();
        assertEquals(at == At.CLOSE ? List.of() : List.of(CLOSED), ofBad);
        assertEquals(
                List.of(new SocketCommand.Play(GOOD, 1, 0, 160, EchoLoopTest.frame(2, 160))),
                loop.commands().stream().filter(each -> each.callId().equals(GOOD)).toList());
        assertEquals(1, loop.loop.conversations());
    }

    @Test
    void aRunWhoseDefinitionIsNotToBeHadIsClosed() throws Exception {
        // given a run that refers to a definition
        fixture.start(0);
        refers(BAD, new AgentDefinition(1, 1, Json.MAPPER.readTree(ECHO)).key());
        fixture.work();
        assertEquals(List.of(), fixture.commands());

        // when it is not found for as long as it is looked for
        for (int tick = 0; tick <= 50; tick++) {
            fixture.nowMs.addAndGet(100);
            fixture.work();
        }

        // then
        assertEquals(List.of(CLOSED), fixture.commands());
    }

    @Test
    void aRunWhoseDefinitionComesALittleLaterBeginsAndHearsWhatWasSaid() throws Exception {
        // given a run that refers to a definition, and a frame
        String key = new AgentDefinition(1, 1, Json.MAPPER.readTree(ECHO)).key();
        fixture.start(0);
        refers(GOOD, key);
        fixture.audio(GOOD, 0, 10, EchoLoopTest.frame(1, 160));
        fixture.work();

        // when the definition is found
        fixture.definitions.put(key, Json.MAPPER.readTree(ECHO));
        fixture.nowMs.addAndGet(Beginnings.DEFINITION_RETRY_MS);
        fixture.work();

        // then the frame is answered, and what is written down does not carry the definition
        assertEquals(List.of(new SocketCommand.Play(GOOD, 1, 0, 160, EchoLoopTest.frame(1, 160))), fixture.commands());
        assertEquals(null, fixture.snapshots().getLast().run().definition());
        assertEquals(key, fixture.snapshots().getLast().run().definitionKey());
    }

    @Test
    void aSnapshotIsSmallWhateverTheDefinition() throws Exception {
        // given a run whose definition has 200 KiB, and a key
        JsonNode large = Json.MAPPER.createObjectNode().put("engine", "echo").put("prompt", "x".repeat(200_000));
        fixture.start(0);
        arrive(GOOD, large, new AgentDefinition(1, 1, large).key());

        // when it is written down
        fixture.work();

        // then
        ProducerRecord<byte[], byte[]> snapshot = fixture.events.history().stream()
                .filter(each -> each.topic().equals(Topics.CONVERSATION_SNAPSHOTS.name())).findFirst().orElseThrow();
        assertTrue(snapshot.value().length < 2_000, () -> snapshot.value().length + " bytes");
    }

    private void refers(CallId call, String key) {
        arrive(call, null, key);
    }

    private void arrive(CallId call, JsonNode definition, String key) {
        fixture.arrive(Topics.RUN_EVENTS, 0, call, new RunEvent.Running(
                call, 2, Instant.ofEpochMilli(fixture.nowMs.get()), new RunEvent.RunRef(1, "WR-AGS-00000001", 1, 1, 1, LoopFixture.SLOT),
                MediaFormat.MULAW_8K, definition, Json.MAPPER.createObjectNode(), key));
    }

    @Test
    void aCallThatTalksToNobodyIsClosedWhereverItsSocketIs() throws Exception {
        // given a call of whose run nothing was ever read
        fixture.start(0);
        long seq = 10;

        // when it goes on talking
        for (long ms = 0; ms <= NobodysCalls.LIMIT_MS; ms += 500) {
            fixture.audio(BAD, 0, seq++, EchoLoopTest.frame(1, 160));
            fixture.work();
            fixture.nowMs.addAndGet(500);
        }

        // then every gateway is told to close it, once
        assertEquals(LoopFixture.PARTITIONS, fixture.commands().size());
        assertEquals(List.of(0, 1, 2, 3), fixture.media.history().stream().map(ProducerRecord::partition).toList());
        assertTrue(fixture.commands().stream().allMatch(CLOSED::equals));
    }

    @Test
    void whatIsLeftOfACallThatIsLongOverClosesNothing() throws Exception {
        // given frames that were seen long ago, read one after the other
        fixture.start(0);
        long seenMs = fixture.nowMs.get() - 60_000;
        List<Integer> closes = new ArrayList<>();

        // when
        for (int n = 0; n < 20; n++) {
            fixture.arrive(Topics.CALL_MEDIA, 0, BAD, new MediaFrame.Audio(BAD, 10 + n, seenMs, 0, EchoLoopTest.frame(1, 160)));
            fixture.work();
            fixture.nowMs.addAndGet(500);
            closes.add(fixture.commands().size());
        }

        // then
        assertEquals(0, closes.getLast());
    }
}
