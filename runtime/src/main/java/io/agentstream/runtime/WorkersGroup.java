package io.agentstream.runtime;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What the brokers say of [KafkaClients#WORKERS_GROUP].
public final class WorkersGroup {

    private static final Logger log = LoggerFactory.getLogger(WorkersGroup.class);

    private static final Duration LIMIT = Duration.ofSeconds(5);

    private WorkersGroup() {}

    /// Whether there are workers, or may be: where the brokers do not say, there may. Blocks for five seconds at most.
    ///
    /// @param admin with the right to describe the group
    public static boolean hasMembers(Admin admin) {
        try {
            return admin.describeConsumerGroups(List.of(KafkaClients.WORKERS_GROUP)).all().get(LIMIT.toMillis(), TimeUnit.MILLISECONDS).values().stream()
                    .anyMatch(group -> !group.members().isEmpty());
        } catch (ExecutionException | TimeoutException notSaid) {
            if (notSaid.getCause() instanceof GroupIdNotFoundException) {
                return false;
            }
            log.atDebug().addKeyValue("failure", Causes.of(notSaid)).log("it is not known whether there are workers");
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
        return true;
    }
}
