package io.agentstream.agents.conversation;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// One entry of what a conversation remembers.
///
/// @param text what was said, as far as it was heard; a tool's result
/// @param uses the tools that the agent wanted to use; each has a result behind it
/// @param use whose result it is
public record Remark(By by, String text, List<Use> uses, @Nullable String use) {

    public enum By {
        CALLER,
        AGENT,
        TOOL
    }

    /// @param id the brain's own
    /// @param arguments JSON as the model wrote it
    public record Use(String id, String tool, String arguments) {
        /// Without the arguments.
        @Override
        public String toString() {
            return "Use[" + tool + "]";
        }
    }

    /// What stands for the words of a caller's turn that are not known.
    public static Remark unworded(int turn) {
        return caller("(What the caller said in turn " + turn + " is not known in words.)");
    }

    public static Remark caller(String text) {
        return new Remark(By.CALLER, text, List.of(), null);
    }

    public static Remark agent(String text, List<Use> uses) {
        return new Remark(By.AGENT, text, uses, null);
    }

    public static Remark result(String use, String text) {
        return new Remark(By.TOOL, text, List.of(), use);
    }

    public int chars() {
        int chars = text.length();
        for (Use each : uses) {
            chars += each.arguments().length();
        }
        return chars;
    }

    /// Without a word of it.
    @Override
    public String toString() {
        return "Remark[" + by + ", " + text.length() + " characters, " + uses.size() + " uses]";
    }
}
