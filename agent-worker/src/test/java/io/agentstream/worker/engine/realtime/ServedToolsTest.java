package io.agentstream.worker.engine.realtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.agents.conversation.BrainRequest;
import io.agentstream.agents.conversation.ConversationEffect.AskBrain;
import io.agentstream.agents.conversation.ConversationEffect.CallTool;
import io.agentstream.agents.conversation.ConversationEffect.OpenSpeech;
import io.agentstream.agents.conversation.ConversationEffect.StopBrain;
import io.agentstream.agents.conversation.ConversationInput.Answer;
import io.agentstream.agents.conversation.ConversationInput.ToolAnswered;
import io.agentstream.agents.conversation.McpRequest;
import io.agentstream.agents.definition.Services.Service;
import io.agentstream.agents.definition.Settings;
import io.agentstream.agents.definition.Tool;
import io.agentstream.agents.dialogue.Dialogues;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.MediaFormat;
import io.agentstream.worker.engine.AgentEngine;
import io.agentstream.worker.engine.AgentSession;
import io.agentstream.worker.engine.cascade.KnowledgeBase;
import io.agentstream.worker.engine.cascade.ToolServer;
import io.agentstream.worker.service.Lived;
import io.agentstream.worker.service.Message;
import io.agentstream.worker.service.Realtime;
import io.agentstream.worker.service.ServiceFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// A service of speech is offered what the servers of its agent have, as a brain is.
final class ServedToolsTest {

    private static final JsonNode GRAPH = Json.MAPPER.readTree("""
            {"engine": "realtime",
             "services": {"realtime": [{"service": "openai", "model": "m", "key": "a"}]},
             "tools": {"kb": {"type": "mcp", "url": "https://kb.example.com/mcp"}},
             "start": "talk", "nodes": {"talk": {"type": "agent", "say": "Hello.", "prompt": "Help.", "tools": ["kb"]}}}
            """);
    private static final BrainRequest HELP = new BrainRequest("Help.", List.of(), List.of(), List.of("kb"));

    private final CompletableFuture<Optional<ServiceFailure>> listed = new CompletableFuture<>();
    private final List<String> done = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();
    private final List<Answer> answers = new ArrayList<>();
    private Realtime.Listener service = event -> { };
    private final AgentSession session = open();

    private final class Played extends NoSpeechPorts {

        @Override
        public Realtime realtime(
                Service named, Settings settings, String instructions, List<io.agentstream.worker.service.BrainRequest.Tool> tools,
                List<Message> history, Realtime.Listener listener) {
            service = listener;
            return new Noting();
        }

        @Override
        public ToolServer server(Tool.Mcp server) {
            return new KnowledgeBase(listed, () -> done.add("server closed"));
        }
    }

    private final class Noting extends SilentRealtime {
        @Override
        public void become(String instructions, List<io.agentstream.worker.service.BrainRequest.Tool> tools) {
            done.add("becomes");
        }

        @Override
        public void offer(List<io.agentstream.worker.service.BrainRequest.Tool> tools) {
            done.add("offered " + tools.stream().map(io.agentstream.worker.service.BrainRequest.Tool::name).toList());
        }

        @Override
        public void answer(int answer, String instructions) {
            done.add("asked");
        }

        @Override
        public void close() {
            done.add("closed");
        }
    }

    private AgentSession open() {
        JsonNode nothing = Json.MAPPER.createObjectNode();
        AgentSession opened = new RealtimeEngine(_ -> new Played(), (kind, failure) -> failures.add(kind + " " + failure.kind())).open(
                new AgentEngine.Opening(CallId.of(1, 1, 1), 7, GRAPH, nothing, MediaFormat.MULAW_8K, Dialogues.of(GRAPH, nothing), null),
                answers::add);
        opened.perform(new OpenSpeech(1, 0, HELP));
        return opened;
    }

    @Test
    void itIsAskedWhenTheServersHaveSaidWhatTheyHave() {
        session.perform(new AskBrain(1, 1, 0, HELP));
        assertEquals(List.of(), done);

        listed.complete(Optional.empty());
        session.perform(new AskBrain(2, 2, 0, HELP));

        assertEquals(List.of("offered [kb_search]", "asked", "asked"), done);
    }

    @Test
    void whatIsNotWantedAnyMoreIsNotAsked() {
        session.perform(new AskBrain(1, 1, 0, HELP));
        session.perform(new StopBrain(1));

        listed.complete(Optional.empty());

        assertEquals(List.of(), done);
    }

    @Test
    void itsCallsAreTheServers() {
        session.perform(new CallTool(1, 4, "1-a", "kb_search", "{\"q\":7}", new McpRequest("kb", "kb_search"), false));

        assertEquals(List.of(new ToolAnswered(1, 4, false, "kb_search of kb: {\"q\":7}")), answers);
    }

    @Test
    void thatItDoesNotTakeThemIsATroubleOfToolsAndTheyAreNotOfferedAgain() {
        listed.complete(Optional.empty());
        session.perform(new AskBrain(1, 1, 0, HELP));

        service.on(new Lived.NotTaken());
        session.perform(new AskBrain(2, 2, 0, new BrainRequest("Be brief.", List.of(), List.of(), List.of("kb"))));

        assertEquals(List.of("offered [kb_search]", "asked", "becomes", "asked"), done);
        assertEquals(List.of("TOOLS refused"), failures);
    }

    @Test
    void behindCloseNothingIsAsked() {
        session.perform(new AskBrain(1, 1, 0, HELP));
        session.close();

        listed.complete(Optional.empty());

        assertEquals(List.of("server closed", "closed"), done);
    }
}
