package io.agentstream.dev.local;

import io.agentstream.runtime.Config;
import io.agentstream.runtime.ConfigException;
import io.agentstream.runtime.Key;
import io.agentstream.runtime.Keys;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Other ports where the usual ones are taken. Any thread.
final class FreePorts {

    private FreePorts() {}

    /// A port that nobody asked for by name need not be free: where it is taken, any free one does.
    ///
    /// @param defaults of the configuration, changed in place
    static void giveWay(Map<String, String> environment, Map<String, String> defaults, LocalSystem.Progress progress)
            throws ConfigException, IOException {
        Config config = Config.load(environment, defaults, List.of());
        InetAddress address = ListenAddress.of(config).address();
        for (Key<Integer> key : List.of(
                Keys.GATEWAY_PORT, Keys.GATEWAY_ADMIN_PORT, Keys.API_PORT, Keys.API_ADMIN_PORT, Keys.WORKER_PORT,
                Keys.SANDBOX_PORT)) {
            int port = config.get(key);
            if (environment.containsKey(key.variable()) || port == 0) {
                continue;
            }
            try (ServerSocket probe = new ServerSocket()) {
                probe.setReuseAddress(true); // as the servers do
                probe.bind(new InetSocketAddress(address, port));
            } catch (BindException taken) {
                progress.step("port " + port + " is taken: another one for " + key.name().toLowerCase(Locale.ROOT));
                defaults.put(key.variable(), "0");
            }
        }
    }
}
