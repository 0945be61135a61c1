package io.agentstream.worker.service;

/// What a [Brain] tells of one request.
public sealed interface Thought {

    /// The next piece of what is to be said; pieces are put together as they are, and are cut anywhere.
    ///
    /// @param text not empty
    record Text(String text) implements Thought {
        /// Without the words.
        @Override
        public String toString() {
            return "Text[" + text.length() + " characters]";
        }
    }

    /// A tool is to be called. Comes whole, behind all texts, before [Done]. Each has to be answered in the next request.
    ///
    /// @param id the service's, at most 256 characters; it comes back in [Message.ToolResult]
    /// @param name as in the request, but a model may invent one
    /// @param arguments JSON, as the model wrote it: it may be none. `{}` where it wrote nothing
    record ToolCall(String id, String name, String arguments) implements Thought {
        /// Without the arguments, which may be words of the caller.
        @Override
        public String toString() {
            return "ToolCall[" + name + "]";
        }
    }

    /// That was all.
    record Done(Reason reason, Usage usage) implements Thought {}

    /// That was all, although there should be more. What was said before it was said.
    record Failed(ServiceFailure failure, Usage usage) implements Thought {}

    /// Why an answer ends.
    enum Reason {
        FINISHED,
        /// It wants the results of its tool calls.
        TOOLS,
        /// The limit of tokens: the last sentence may be half of one.
        LENGTH,
        /// The service holds it back, or the model does not want to say it.
        FILTERED
    }
}
