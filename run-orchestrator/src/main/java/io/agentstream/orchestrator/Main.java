package io.agentstream.orchestrator;

import io.agentstream.runtime.Key;
import io.agentstream.runtime.Keys;
import io.agentstream.runtime.ServiceMain;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The orchestrator as a process of its own. Needs no command line of ours: a deployment may start this class by itself.
public final class Main {

    /// Keys without which it does not start.
    public static final List<Key<?>> REQUIRED = List.of(Keys.KAFKA_BOOTSTRAP_SERVERS, Keys.DATABASE_URL, Keys.CREDENTIALS_KEY);

    private Main() {}

    public static void main(String[] arguments) throws InterruptedException {
        Locale.setDefault(Locale.ROOT); // what libraries write and read does not follow the user's language
        System.exit(run(System.getenv(), System.err));
    }

    /// Blocks until the service is told to stop and is closed; returns the process's exit code.
    ///
    /// @param environment configuration variables
    /// @param err where a person is told what is wrong with them
    public static int run(Map<String, String> environment, PrintStream err) throws InterruptedException {
        return ServiceMain.run("run-orchestrator", environment, REQUIRED, OrchestratorService::launch, err);
    }
}
