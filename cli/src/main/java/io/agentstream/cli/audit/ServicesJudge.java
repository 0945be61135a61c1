package io.agentstream.cli.audit;

import io.agentstream.cli.audit.RunRecords.Row;
import io.agentstream.schemas.RunFacts;
import io.agentstream.schemas.ServiceUse;
import io.agentstream.schemas.TalkFacts;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Finds where what a conversation told of its services is summed up otherwise in the database or in the facts. Pure.
final class ServicesJudge {

    private ServicesJudge() {}

    /// Of a run that is over, once nothing has come of it for a while: the last of what was used is told behind its end.
    static List<Disagreement> judge(Window window, LogEvidence log, Evidence call, Row row) {
        Instant upgradedAt = row.upgradedAt();
        boolean mayBeOlder = upgradedAt != null && row.createdAt().isBefore(upgradedAt); // then part of it was told to somebody who passed it over
        Long saidAt = row.saidAt();
        boolean isAhead = saidAt != null && saidAt > call.saidAt; // what came behind the end of what was read: topics are read before the database
        if (!row.isOver() || mayBeOlder || isAhead || !call.onLifecycle || call.callId.madeAtMs() < log.conversationsFrom().toEpochMilli()
                || !call.newest().isBefore(window.now().minus(window.settledAfter()))) {
            return List.of();
        }
        List<Disagreement> found = new ArrayList<>();
        List<ServiceUse> stored = row.services();
        difference(call.services, stored).ifPresent(says ->
                found.add(call.disagreement(Kind.SERVICES_DIFFER, "conversation.events.v1 and the database: " + says)));
        RunFacts facts = call.facts;
        if (facts != null) {
            difference(call.services, ofFacts(facts.talk())).ifPresent(says ->
                    found.add(call.disagreement(Kind.SERVICES_DIFFER, "conversation.events.v1 and runs.v1: " + says)));
        }
        return found;
    }

    private static List<ServiceUse> ofFacts(@Nullable TalkFacts talk) {
        return talk == null ? List.of() : Objects.requireNonNullElse(talk.services(), List.of());
    }

    /// Of the first service that is not the same.
    ///
    /// @param stored null where it cannot be read
    private static Optional<String> difference(List<ServiceUse> told, @Nullable List<ServiceUse> stored) {
        if (stored == null) {
            return Optional.of("there it cannot be read what its services were used for");
        }
        Set<ServiceUse> all = new LinkedHashSet<>(told);
        all.addAll(stored);
        return all.stream()
                .filter(each -> !told.contains(each) || !stored.contains(each))
                .findFirst()
                .map(odd -> of(odd, told) + " against " + of(odd, stored));
    }

    /// What is said of a service. It is named by what it does: what it is called is the agent's own.
    private static String of(ServiceUse service, List<ServiceUse> all) {
        String name = Judge.lower(service.role()) + (service.fallback() ? " in place of another" : "");
        return all.stream()
                .filter(each -> each.isSameService(service))
                .findFirst()
                .map(use -> name + " " + use.requests() + " times, " + use.inputTokens() + " tokens read, " + use.outputTokens() + " written, "
                        + use.characters() + " characters, " + use.audioMs() + " ms")
                .orElse(name + " not at all");
    }
}
