package io.agentstream.dev.bench.process;

import tools.jackson.databind.JsonNode;

/// What a child process does. Used by the one thread that reads the parent's questions, except for [#close()], which may be
/// called by another.
public interface Part extends AutoCloseable {

    /// What the parent has to know now that the part is open: addresses, above all. Becomes JSON.
    Object opened();

    /// Does what the parent asks for and answers with what becomes JSON. What it throws goes to the parent as text. A part that
    /// has only to be there knows no question.
    default Object answer(String question, JsonNode argument) throws Exception {
        throw unknown(question);
    }

    @Override
    void close() throws Exception;

    /// Opens a part with the settings that the parent gave.
    @FunctionalInterface
    interface Opener {
        Part open(JsonNode settings) throws Exception;
    }

    /// The answer of a part that was asked for something it does not know.
    static IllegalArgumentException unknown(String question) {
        return new IllegalArgumentException("unknown question " + question);
    }
}
