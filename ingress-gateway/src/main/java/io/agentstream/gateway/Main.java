package io.agentstream.gateway;

import io.agentstream.runtime.Key;
import io.agentstream.runtime.Keys;
import io.agentstream.runtime.ServiceMain;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The gateway as a process of its own. Needs no command line of ours: a deployment may start this class by itself.
public final class Main {

    private static final List<Key<?>> REQUIRED = List.of(Keys.KAFKA_BOOTSTRAP_SERVERS);

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
        return ServiceMain.run("ingress-gateway", environment, REQUIRED, GatewayService::launch, err);
    }
}
