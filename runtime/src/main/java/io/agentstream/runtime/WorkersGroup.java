package io.agentstream.runtime;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What the brokers say of [KafkaClients#WORKERS_GROUP].
public final class WorkersGroup {

    private static final Logger log = LoggerFactory.getLogger(WorkersGroup.class);

    private static final Duration LIMIT = Duration.ofSeconds(5);

    private WorkersGroup() {}

    /// Whether there are workers, as far as the brokers say: one that was killed is there until its session is over. Blocks for five seconds at most.
    ///
    /// @param admin with the right to describe the group
    public static boolean hasMembers(Admin admin) {
        try {
            return admin.describeConsumerGroups(List.of(KafkaClients.WORKERS_GROUP)).all().get(LIMIT.toMillis(), TimeUnit.MILLISECONDS).values().stream()
                    .anyMatch(group -> !group.members().isEmpty());
        } catch (ExecutionException | TimeoutException notSaid) {
            // Where there never was a worker, GroupIdNotFoundException.
            log.atDebug().addKeyValue("failure", Causes.of(notSaid)).log("it is not known whether there are workers");
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
        return false;
    }
}
