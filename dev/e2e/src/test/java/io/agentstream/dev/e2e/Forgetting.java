package io.agentstream.dev.e2e;

import io.agentstream.orchestrator.facts.Projections;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.errors.GroupIdNotFoundException;

/// Takes from the projections what they keep on Kafka.
final class Forgetting {

    private static final long LIMIT_MS = 120_000;
    private static final List<String> GROUPS = List.of(Projections.FACTS, Projections.USAGE);

    private Forgetting() {}

    /// As after `kafka-streams-application-reset.sh`, but without the projections' own topics altogether.
    static void everything(Admin admin) throws Exception {
        offsets(admin);
        List<String> own = admin.listTopics().names().get().stream()
                .filter(name -> GROUPS.stream().anyMatch(name::startsWith))
                .toList();
        admin.deleteTopics(own).all().get();
        Wait.until("topics are gone", () -> Wait.when(admin.listTopics().names().get().stream().noneMatch(own::contains)));
    }

    /// Where they were, but not what they kept. Each group by itself: one that is gone already says nothing of the others, whose members
    /// may not have been missed yet.
    static void offsets(Admin admin) throws Exception {
        for (String group : GROUPS) {
            Wait.until(group + " is gone", LIMIT_MS, () -> {
                try {
                    admin.deleteConsumerGroups(List.of(group)).all().get();
                    return Wait.when(true);
                } catch (ExecutionException notYet) {
                    return Wait.when(notYet.getCause() instanceof GroupIdNotFoundException);
                }
            });
        }
    }
}
