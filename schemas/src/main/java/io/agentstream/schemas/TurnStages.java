package io.agentstream.schemas;

import org.jspecify.annotations.Nullable;

@Doc("When an answer passed its stages, in milliseconds since the caller's last sound or key, or, of the first line, since the run was running:"
        + " each is absent where there was no such stage, as a language model's of a line that is fixed.")
public record TurnStages(
        @Doc("It was decided that the caller's turn is over.") @Nullable Long decidedMs,
        @Doc("The caller's words were known, and a model was asked; or it was known what to say.") @Nullable Long wordsMs,
        @Doc("The first of the model's answer came.") @Nullable Long firstTokenMs,
        @Doc("The last of it came; where it uses tools, of its first answer.") @Nullable Long lastTokenMs,
        @Doc("A voice was given the first sentence.") @Nullable Long sentenceMs,
        @Doc("The first of its audio came.") @Nullable Long firstByteMs,
        @Doc("The first audio was sent to the gateway.") @Nullable Long sentMs,
        @Doc("The gateway began to send it to the caller, by its own clock.") @Nullable Long wireMs) {}
