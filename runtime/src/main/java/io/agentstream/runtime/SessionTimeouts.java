package io.agentstream.runtime;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.config.ConfigResource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How short a session timeout the brokers take: a member that asks for a shorter one cannot join its group at all.
public final class SessionTimeouts {

    private static final Logger log = LoggerFactory.getLogger(SessionTimeouts.class);

    /// Six seconds, where nobody has set it.
    private static final String SHORTEST = "group.min.session.timeout.ms";

    private static final Duration LIMIT = Duration.ofSeconds(5);

    private SessionTimeouts() {}

    /// What is wanted, or the shortest that each of the brokers takes, where that is longer; the log says so. Where they do not say, it is
    /// what is wanted. Blocks for ten seconds at most.
    ///
    /// @param admin with the right to describe the cluster's configuration
    public static Duration taken(Admin admin, Duration wanted) {
        Optional<Duration> shortest = shortest(admin);
        if (shortest.isEmpty()) {
            log.info("the brokers do not say how short a session timeout they take");
        } else if (shortest.get().compareTo(wanted) > 0) {
            log.atWarn()
                    .addKeyValue("wanted_ms", wanted.toMillis())
                    .addKeyValue("taken_ms", shortest.get().toMillis())
                    .log("the brokers take no session timeout as short as that (" + SHORTEST + "): a killed worker is missed later");
            return shortest.get();
        }
        return wanted;
    }

    /// What members have that want `wanted`: that, or the shortest that each of the brokers takes, where that is longer; where they do not
    /// say, the longer of it and what brokers take by themselves. Blocks for ten seconds at most.
    public static Duration inForce(Admin admin, Duration wanted) {
        Duration shortest = shortest(admin).orElse(KafkaClients.SESSION_TIMEOUT);
        return shortest.compareTo(wanted) > 0 ? shortest : wanted;
    }

    /// The shortest that each of the brokers takes; nothing where they do not say, be it that none is there or that this process has no
    /// right to ask. Blocks for ten seconds at most.
    public static Optional<Duration> shortest(Admin admin) {
        try {
            Collection<Node> brokers = admin.describeCluster().nodes().get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            List<ConfigResource> settings = brokers.stream()
                    .map(broker -> new ConfigResource(ConfigResource.Type.BROKER, broker.idString()))
                    .toList();
            return admin.describeConfigs(settings).all().get(LIMIT.toMillis(), TimeUnit.MILLISECONDS).values().stream()
                    .map(SessionTimeouts::shortestMs)
                    .max(Long::compare)
                    .map(Duration::ofMillis);
        } catch (ExecutionException | TimeoutException notSaid) {
            log.atDebug().addKeyValue("failure", Causes.of(notSaid)).log("the brokers' settings are not to be had");
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
        return Optional.empty();
    }

    private static long shortestMs(Config of) {
        ConfigEntry entry = of.get(SHORTEST);
        return entry == null || entry.value() == null ? 0 : Long.parseLong(entry.value());
    }
}
