package io.agentstream.cli;


/// The one entry point: `./agent-stream`.
public final class Main {

    private Main() {}

    public static void main(String[] arguments) {
        System.exit(AgentStream.run(Terminal.ofProcess(), arguments));
    }
}
