package io.agentstream.orchestrator.jobs;

import io.agentstream.orchestrator.decide.Decision;
import io.agentstream.orchestrator.decide.Unsaid;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.Transfers;
import io.agentstream.orchestrator.store.WarmLegs.Stage;
import io.agentstream.runtime.Metrics;
import io.agentstream.schemas.Transfer;
import java.time.InstantSource;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Notes how transfers ended, and counts them. Any thread; blocks on the database.
final class TransferEndings {

    private static final Logger log = LoggerFactory.getLogger(TransferEndings.class);

    private final Unsaid unsaid;
    private final Metrics metrics;
    private final InstantSource clock;

    TransferEndings(Database database, Metrics metrics, InstantSource clock) {
        this.unsaid = new Unsaid(database);
        this.metrics = metrics;
        this.clock = clock;
    }

    /// @param stage in which it was
    /// @param leg whether the other side's session is still to be looked after
    /// @param status of the provider's answer
    /// @param why it failed, for the log
    Decision ended(Transfers.Due due, Stage stage, Transfer outcome, boolean leg, @Nullable Integer status, String why) {
        Decision decision = unsaid.transferred(due, stage, outcome, leg, status, clock.instant());
        if (!decision.isEmpty()) {
            metrics.counter("agent_stream_orchestrator_transfers", "outcome", outcome.name().toLowerCase(Locale.ROOT)).increment();
        }
        if (outcome == Transfer.FAILED) {
            log.atWarn().addKeyValue("run", due.runName()).addKeyValue("reason", why).log("a caller was not transferred");
        }
        return decision;
    }
}
