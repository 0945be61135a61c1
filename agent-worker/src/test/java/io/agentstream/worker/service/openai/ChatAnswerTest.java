package io.agentstream.worker.service.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.worker.service.Brain;
import io.agentstream.worker.service.ServiceFailure.Busy;
import io.agentstream.worker.service.ServiceFailure.Refused;
import io.agentstream.worker.service.Thought.Reason;
import io.agentstream.worker.service.Thought.ToolCall;
import io.agentstream.worker.service.Usage;
import io.agentstream.worker.service.wire.ServiceException;
import io.agentstream.worker.service.wire.SseParser.Event;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What compatible servers do differently.
final class ChatAnswerTest {

    private final ChatAnswer answer = new ChatAnswer();

    private String take(String data) throws ServiceException {
        return answer.take(new Event("message", data));
    }

    private void calls(String calls) throws ServiceException {
        take("{\"choices\":[{\"delta\":{\"tool_calls\":[" + calls + "]}}]}");
    }

    @Test
    void aRefusalIsSaidToo() throws ServiceException {
        assertEquals("I cannot.", take("{\"choices\":[{\"delta\":{\"content\":null,\"refusal\":\"I cannot.\"}}]}"));
    }

    @Test
    void fragmentsAreKeyedByTheirIndexNotByTheirOrder() throws ServiceException {
        calls("{\"index\":1,\"id\":\"b\",\"function\":{\"name\":\"two\",\"arguments\":\"{\"}},"
                + "{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"one\",\"arguments\":\"\"}}");
        calls("{\"index\":1,\"function\":{\"name\":\"two\",\"arguments\":\"}\"}}");

        assertEquals(List.of(new ToolCall("b", "two", "{}"), new ToolCall("a", "one", "{}")), answer.tools().calls());
    }

    @Test
    void wholeCallsWithoutAnIndexAreToldApart() throws ServiceException {
        calls("{\"id\":\"a\",\"function\":{\"name\":\"one\",\"arguments\":\"{}\"}},{\"id\":\"b\",\"function\":{\"name\":\"two\",\"arguments\":\"{}\"}}");

        assertEquals(2, answer.tools().calls().size());
    }

    @Test
    void callsThatShareAnIndexAreToldApartByTheirId() throws ServiceException {
        calls("{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"one\",\"arguments\":\"{}\"}}");
        calls("{\"index\":0,\"id\":\"b\",\"function\":{\"name\":\"two\",\"arguments\":\"{}\"}}");

        assertEquals(List.of(new ToolCall("a", "one", "{}"), new ToolCall("b", "two", "{}")), answer.tools().calls());
    }

    @Test
    void aCallWithoutAnIdGetsOne() throws ServiceException {
        calls("{\"index\":0,\"function\":{\"name\":\"one\"}}");

        assertEquals(List.of(new ToolCall("call_0", "one", "{}")), answer.tools().calls());
    }

    @Test
    void usageThatAddsUpWithEachChunkIsCountedOnce() throws ServiceException {
        take("{\"choices\":[{\"delta\":{\"content\":\"a\"}}],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":1}}");
        take("{\"choices\":[{\"delta\":{\"content\":\"b\"}}],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":2}}");

        assertEquals(Usage.tokens(5, 0, 2), answer.usage());
    }

    @Test
    void aReasonIsAnEndAlsoWithoutTheMark() throws ServiceException {
        take("{\"choices\":[{\"delta\":{},\"finish_reason\":\"length\"}]}");

        assertFalse(answer.isComplete());
        assertTrue(answer.mayEnd());
        assertEquals(Reason.LENGTH, answer.reason());
    }

    @Test
    void errorsWithinSayWhetherToAskAgain() {
        assertInstanceOf(Refused.class, assertThrows(ServiceException.class, () -> take("{\"error\":{\"code\":\"insufficient_quota\"}}")).failure());
        assertInstanceOf(Busy.class, assertThrows(ServiceException.class, () -> take("{\"error\":{\"code\":\"rate_limit_exceeded\"}}")).failure());
    }

    @Test
    void callsWithoutAnEndAreCutOff() throws ServiceException {
        String piece = "x".repeat(Brain.MAX_ANSWER_CHARACTERS / 2);
        calls("{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"one\",\"arguments\":\"" + piece + "\"}}");
        calls("{\"index\":0,\"function\":{\"arguments\":\"" + piece + "\"}}");

        assertThrows(ServiceException.class, () -> calls("{\"index\":0,\"function\":{\"arguments\":\"x\"}}"));
    }
}
