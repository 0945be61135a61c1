package io.agentstream.allinone;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/// The one entry point: `./agent-stream`.
@Command(
        name = "agent-stream",
        description = "Phone calls to voice agents, carried by Kafka from the first frame to the last.",
        version = "agent-stream 0.1.0-SNAPSHOT",
        mixinStandardHelpOptions = true)
public final class Main implements Runnable {

    private Main() {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Main()).execute(arguments));
    }

    @Override
    public void run() {
        CommandLine.usage(this, System.out);
    }
}
