package io.agentstream.runtime;

import java.net.InetSocketAddress;
import java.util.List;
import org.apache.kafka.clients.ClientDnsLookup;
import org.apache.kafka.clients.ClientUtils;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Whether the names of the brokers lead anywhere: Kafka's clients refuse to be made where none does, and say neither which name it is
/// nor which variable has it. Any thread.
public final class KafkaNames {

    private static final long RETRY_MS = 1_000;
    private static final Logger log = LoggerFactory.getLogger(KafkaNames.class);

    private KafkaNames() {}

    /// @throws io.agentstream.runtime.ConfigException where no name is known, or what is configured is no list of addresses
    public static void require(Config config) throws io.agentstream.runtime.ConfigException {
        if (config.find(Keys.KAFKA_BOOTSTRAP_SERVERS).isPresent() && !areKnown(config)) {
            throw new io.agentstream.runtime.ConfigException(List.of(unknown(config)));
        }
    }

    /// Waits until a name is known, as services wait for a broker that does not answer: a name may be there later than who asks for it.
    /// Ends when `barrier` is told to stop, too.
    ///
    /// @throws io.agentstream.runtime.ConfigException where what is configured is no list of addresses: waiting does not mend that
    static void await(Config config, StopBarrier barrier)
            throws io.agentstream.runtime.ConfigException, InterruptedException {
        boolean said = false;
        while (config.find(Keys.KAFKA_BOOTSTRAP_SERVERS).isPresent() && !areKnown(config)) {
            if (!said) {
                log.warn("waiting for Kafka: {}", unknown(config));
                said = true;
            }
            if (barrier.awaitStop(RETRY_MS)) {
                return;
            }
        }
    }

    private static String unknown(Config config) {
        return Keys.KAFKA_BOOTSTRAP_SERVERS.variable() + "=" + config.get(Keys.KAFKA_BOOTSTRAP_SERVERS) + " names no machine that is known here";
    }

    private static boolean areKnown(Config config) throws io.agentstream.runtime.ConfigException {
        List<String> servers = List.of(config.get(Keys.KAFKA_BOOTSTRAP_SERVERS).split("\\s*,\\s*"));
        try {
            List<InetSocketAddress> known = ClientUtils.parseAndValidateAddresses(servers, ClientDnsLookup.USE_ALL_DNS_IPS);
            return !known.isEmpty();
        } catch (ConfigException wrong) {
            @Nullable String words = wrong.getMessage();
            if (words != null && words.startsWith("No resolvable")) {
                return false;
            }
            throw new io.agentstream.runtime.ConfigException(List.of(Keys.KAFKA_BOOTSTRAP_SERVERS.variable() + ": " + words));
        }
    }
}
