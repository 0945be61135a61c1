package io.agentstream.worker.service;

import java.util.List;

/// One entry of a conversation, as a [Brain] is told it. Texts are not printed.
public sealed interface Message {

    /// What the agent is to do. One at the beginning is understood by every service.
    record Instructions(String text) implements Message {
        @Override
        public String toString() {
            return "Instructions[" + text.length() + " characters]";
        }
    }

    /// The caller said, or the call brought ("The caller pressed 5.").
    record Caller(String text) implements Message {
        @Override
        public String toString() {
            return "Caller[" + text.length() + " characters]";
        }
    }

    /// The agent said, and had called.
    ///
    /// @param text as far as it was heard; may be empty where there are calls
    /// @param calls each is answered by one [ToolResult] before the next entry of another kind
    record Agent(String text, List<Thought.ToolCall> calls) implements Message {
        public Agent {
            calls = List.copyOf(calls);
        }

        @Override
        public String toString() {
            return "Agent[" + text.length() + " characters, " + calls.size() + " calls]";
        }
    }

    /// What became of a tool call.
    ///
    /// @param content text, usually JSON
    record ToolResult(String callId, String content) implements Message {
        @Override
        public String toString() {
            return "ToolResult[" + content.length() + " characters]";
        }
    }
}
