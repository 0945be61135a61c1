package io.agentstream.cli;

import java.util.Locale;

/// The one entry point: `./agent-stream`.
public final class Main {

    private Main() {}

    public static void main(String[] arguments) {
        Locale.setDefault(Locale.ROOT); // what libraries write and read does not follow the user's language
        System.exit(AgentStream.run(Terminal.ofProcess(), arguments));
    }
}
