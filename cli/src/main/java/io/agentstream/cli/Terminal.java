package io.agentstream.cli;

import java.io.PrintStream;
import java.util.Map;

/// What a command sees of the world it is called in: nothing else of the process, so that two can run beside each other.
///
/// @param environment configuration variables
public record Terminal(Map<String, String> environment, PrintStream out, PrintStream err) {

    /// The process's own.
    public static Terminal ofProcess() {
        return new Terminal(System.getenv(), System.out, System.err);
    }

    /// Without the variables, which hold secrets.
    @Override
    public String toString() {
        return "Terminal";
    }
}
