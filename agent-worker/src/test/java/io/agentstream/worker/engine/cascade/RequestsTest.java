package io.agentstream.worker.engine.cascade;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.agents.conversation.BrainRequest;
import io.agentstream.agents.conversation.Remark;
import io.agentstream.worker.service.Message;
import io.agentstream.worker.service.Thought;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RequestsTest {

    private static Thought.ToolCall sentBack(String tool, String arguments) {
        List<Message> history = Requests.history(new BrainRequest(
                "Help.", List.of(Remark.agent("", List.of(new Remark.Use("call.1", tool, arguments))), Remark.result("call.1", "none")), List.of(),
                List.of()));
        assertEquals(new Message.ToolResult("call.1", "none"), history.getLast());
        return ((Message.Agent) history.getFirst()).calls().getFirst();
    }

    /// The services' own rule: a request with another name in it is refused, and so is each one behind it.
    @ParameterizedTest
    @CsvSource({"lookup-1_a, lookup-1_a", "multi_tool_use.parallel, multi_tool_use_parallel", "'', nameless", "find it!, find_it_", "\u00fcber, _ber"})
    void aToolThatABrainMadeUpGoesBackUnderANameThatServicesTake(String wanted, String sent) {
        assertEquals(new Thought.ToolCall("call.1", sent, "{\"a\":1}"), sentBack(wanted, "{\"a\":1}"));
    }

    @Test
    void aNameThatIsTooLongIsCut() {
        assertEquals("x".repeat(64), sentBack("x".repeat(100), "{}").name());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"not json", "{\"a\":", "[1]", "7", "''"})
    void argumentsThatAreNoObjectGoBackAsAnEmptyOne(String arguments) {
        assertEquals("{}", sentBack("lookup", arguments).arguments());
    }
}
