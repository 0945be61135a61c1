package io.agentstream.agents.definition;

/// How a brain sees the intents of a node that it may choose, and that it may go on: behind a word of ours, in the letters that a brain takes. The
/// same has the same name in every process. Pure.
public final class Choices {

    private static final String CHOICE = "choose_";
    private static final String DONE = "go_on_to_";

    /// Longest name that a brain takes.
    private static final int MAX_OFFERED_CHARS = 64;

    private Choices() {}

    public static String offered(String intent) {
        return name(CHOICE, intent);
    }

    /// How a brain says that what it was to do is done.
    ///
    /// @param next where the node leads then
    public static String done(String next) {
        return name(DONE, next);
    }

    private static String name(String kind, String what) {
        String name = kind + what.replaceAll("[^A-Za-z0-9_-]", "_");
        return name.substring(0, Math.min(name.length(), MAX_OFFERED_CHARS));
    }
}
