package io.agentstream.worker.engine.realtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.agents.conversation.BrainRequest;
import io.agentstream.agents.conversation.Remark;
import io.agentstream.schemas.Slice;
import io.agentstream.worker.service.BrainRequest.Tool;
import io.agentstream.worker.service.Message;
import io.agentstream.worker.service.Realtime;
import io.agentstream.worker.service.Usage;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class KnowledgeTest {

    private final List<Message> told = new ArrayList<>();

    private final class Telling implements Realtime {
        @Override
        public void hear(Slice audio) {}

        @Override
        public void finish(int turn) {}

        @Override
        public void forget() {}

        @Override
        public void become(String instructions, List<Tool> tools) {}

        @Override
        public void tell(Message message) {
            told.add(message);
        }

        @Override
        public void answer(int answer, String instructions) {}

        @Override
        public void stop(int answer) {}

        @Override
        public void interrupted(String item, long playedMs) {}

        @Override
        public Usage usage() {
            return Usage.NONE;
        }

        @Override
        public void close() {}
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
            knowledge.update(request(n - 2, n), new Telling());
        }

        assertEquals(3, knowledge.count());
        assertEquals(997, told.size()); // each once
    }
}
