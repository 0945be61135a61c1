package io.agentstream.agents.definition;

/// How a brain sees the intents of a node that it may choose: behind a word of ours, in the letters that a brain takes. The same intent has the
/// same name in every process. Pure.
public final class Choices {

    private static final String CHOICE = "choose_";

    /// Longest name that a brain takes.
    private static final int MAX_OFFERED_CHARS = 64;

    private Choices() {}

    public static String offered(String intent) {
        String name = CHOICE + intent.replaceAll("[^A-Za-z0-9_-]", "_");
        return name.substring(0, Math.min(name.length(), MAX_OFFERED_CHARS));
    }
}
