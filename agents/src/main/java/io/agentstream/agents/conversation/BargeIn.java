package io.agentstream.agents.conversation;

/// What of a caller's speech cuts a line short that may be cut by speech.
///
/// @param words 0: speech does, of [#speechMs()]; else so many words that were understood
/// @param speechMs speech of this length makes the agent fall silent, until it is known whether it was meant
/// @param understood whether whoever answers tells what was understood ([ConversationInput.CallerWords]): then its words are waited for where the
///         length of the speech does not decide
public record BargeIn(int words, int speechMs, boolean understood) {

    /// What is said so shortly before the line's end is an answer, in milliseconds: people answer before they are asked to the end.
    public static final long LAST_MS = 1_000;

    /// The shortest speech that may be a word, in milliseconds; what is shorter is a noise.
    public static final int SOUND_MS = 200;

    /// As soon as speech is noticed, and by its length alone.
    public static final BargeIn BY_SPEECH = new BargeIn(0, 0, false);
}
