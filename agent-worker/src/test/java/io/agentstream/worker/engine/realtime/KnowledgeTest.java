package io.agentstream.worker.engine.realtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.agents.conversation.BrainRequest;
import io.agentstream.agents.conversation.Remark;
import io.agentstream.schemas.Json;
import io.agentstream.worker.service.BrainRequest.Tool;
import io.agentstream.worker.service.Message;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class KnowledgeTest {

    private final List<Message> told = new ArrayList<>();
    private final List<List<String>> offered = new ArrayList<>();

    private final class Telling extends SilentRealtime {
        @Override
        public void offer(List<Tool> tools) {
            offered.add(tools.stream().map(Tool::name).toList());
        }

        @Override
        public void tell(Message message) {
            told.add(message);
        }
    }

    private static BrainRequest request(int firstUse, int lastUse) {
        List<Remark> history = new ArrayList<>();
        for (int n = firstUse; n <= lastUse; n++) {
            history.add(Remark.result("use-" + n, "{\"n\":" + n + "}"));
        }
        return new BrainRequest("Help.", history, List.of());
    }

    @Test
    void whatIsNotRememberedAnyMoreIsForgottenHereToo() {
        Knowledge knowledge = new Knowledge(request(1, 2));
        for (int n = 3; n < 1_000; n++) {
            knowledge.update(request(n - 2, n), List.of(), new Telling());
        }

        assertEquals(3, knowledge.count());
        assertEquals(997, told.size()); // each once
    }

    private static BrainRequest inNode(String instructions) {
        return new BrainRequest(instructions, List.of(), List.of(new BrainRequest.Offer("bye", "Ends.", Json.MAPPER.createObjectNode())));
    }

    @Test
    void whatServersHaveIsOfferedBehindItsOwnAsOftenAsThatChanges() {
        List<Tool> served = List.of(new Tool("kb_search", "", Json.MAPPER.createObjectNode()));
        Knowledge knowledge = new Knowledge(inNode("Help."));

        knowledge.update(inNode("Help."), List.of(), new Telling()); // it is not known yet
        knowledge.update(inNode("Help."), served, new Telling());
        knowledge.update(inNode("Help."), served, new Telling());
        knowledge.update(inNode("Be brief."), served, new Telling()); // what it is told to be has its own tools
        knowledge.update(inNode("Be brief."), List.of(), new Telling());

        assertEquals(List.of(List.of("bye", "kb_search"), List.of("bye", "kb_search"), List.of("bye")), offered);
    }

    @Test
    void whoDoesNotTakeThemIsOfferedThemOnce() {
        List<Tool> served = List.of(new Tool("kb_search", "", Json.MAPPER.createObjectNode()));
        Knowledge knowledge = new Knowledge(inNode("Help."));
        knowledge.update(inNode("Help."), served, new Telling());

        knowledge.takesNone();
        knowledge.update(inNode("Be brief."), served, new Telling());

        assertEquals(1, offered.size());
    }
}
