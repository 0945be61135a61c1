package io.agentstream.orchestrator.decide;

import io.agentstream.calllog.timeline.SilentFault;
import io.agentstream.calllog.timeline.TimelineLimits;
import io.agentstream.orchestrator.decide.Decision.HangUpOrder;
import io.agentstream.orchestrator.decide.Decision.Socket;
import io.agentstream.orchestrator.decide.RunMachine.State;
import io.agentstream.orchestrator.store.Jsonb;
import io.agentstream.orchestrator.store.Outbox;
import io.agentstream.orchestrator.store.RunEvents.NewEvent;
import io.agentstream.orchestrator.store.RunEvents.Source;
import io.agentstream.orchestrator.store.RunRows;
import io.agentstream.orchestrator.store.RunRows.RunRow;
import io.agentstream.orchestrator.store.RunWords;
import io.agentstream.orchestrator.store.RunningRuns;
import io.agentstream.orchestrator.store.Talked;
import io.agentstream.orchestrator.store.TelephonyConfigurations.Account;
import io.agentstream.orchestrator.store.Transfers;
import io.agentstream.orchestrator.store.WebhookDeliveries;
import io.agentstream.schemas.AgentDefinition;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.DisconnectedBy;
import io.agentstream.schemas.End;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.MediaFormat;
import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.RunEvent.RunRef;
import io.agentstream.schemas.Transfer;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// Changes one run inside a transaction, and collects what is to be said about it. Each of our own events goes into the run's
/// story and into the outbox in the same transaction. There is one only inside [#decide], which puts them down: nobody can forget to. Only the thread that has the connection.
final class RunTransaction {

    private final Connection connection;
    private final RunRow row;
    private final CallId callId;
    private final long after;
    private final RunRef ref;
    private final List<NewEvent> story = new ArrayList<>();
    private final List<RunEvent> events = new ArrayList<>();
    private RunRows.@Nullable Proven proven;
    /// What the gateway said at the end; null where it did not yet.
    private CallEvent.@Nullable Ended socket;
    private Begun begun = Begun.KEPT;
    private Socket told = Socket.WAITS;
    /// Which call goes on with this one; null where none does.
    private @Nullable CallId replacedBy;
    /// What the provider said when it was asked for the session; null where it was not, in this transaction.
    private RunEvent.@Nullable SessionCheck sessionCheck;
    /// Null until it is asked: an answer for the whole transaction.
    private Transfers.@Nullable Whereabouts caller;

    /// What is decided about the run.
    @FunctionalInterface
    interface Work {
        Decision decide(RunTransaction run) throws SQLException;
    }

    private RunTransaction(Connection connection, RunRow row, long after) {
        this.connection = connection;
        this.row = row;
        this.callId = new CallId(row.callId());
        this.after = after;
        this.ref = new RunRef(
                row.id(), row.name(), row.organizationId(), row.agentId(), row.agentVersion(), row.gatewaySlot());
    }

    /// Does `work` and puts down the story that it made, all of it at once.
    ///
    /// @param after number of the call's record that is being decided on
    static Decision decide(Connection connection, RunRow row, long after, Work work) throws SQLException {
        RunTransaction run = new RunTransaction(connection, row, after);
        Decision decision = work.decide(run);
        Outbox.Written written = Outbox.write(connection, row.id(), run.story, run.orders(decision));
        run.tell();
        return decision.written(written);
    }

    private List<Outbox.Order> orders(Decision decision) {
        List<Outbox.Order> orders = new ArrayList<>();
        if (!events.isEmpty()) {
            orders.add(new Outbox.Order.Say(told == Socket.WAITS));
            decision.hangUp().ifPresent(order ->
                    orders.add(new Outbox.Order.HangUp(after, order.telephonyConfigurationId(), order.session())));
        }
        return orders;
    }

    /// Whoever wants to hear of it is told, also where this process ends at this moment; and what was said is looked through.
    private void tell() throws SQLException {
        for (RunEvent event : events) {
            switch (event) {
                case RunEvent.Created _, RunEvent.HangUp _, RunEvent.Transferred _, RunEvent.Erased _ -> {
                    // Its call does not talk yet, goes on, or is over and said to be.
                }
                case RunEvent.Running _ -> WebhookDeliveries.queue(connection, row.organizationId(), row.id(), "run.started");
                case RunEvent.Completed _, RunEvent.Failed _ -> {
                    WebhookDeliveries.queue(connection, row.organizationId(), row.id(), "run.ended");
                    RunWords.over(connection, row.id());
                }
            }
        }
    }

    RunRow row() {
        return row;
    }

    State state() {
        return States.of(row);
    }

    /// Takes a record of the call into the story.
    void happened(CallEvent event, String type, Source source) {
        if (event instanceof CallEvent.Ended ended) {
            socket = ended;
        }
        story.add(new NewEvent(event.at(), type, Contexts.shown(event), source));
    }

    void created(Instant at) {
        say("created", new RunEvent.Created(callId, after, at, ref));
    }

    /// Takes in what the start message says, and what the provider says of it.
    void start(ProofPlan.Answered answered, Source source) {
        CallEvent.Started start = answered.start();
        ProofPlan plan = answered.plan();
        sessionCheck = answered.check();
        Contexts contexts = new Contexts(row.initialContext(), row.gatheredContext(), row.logs()).started(start, row.mode());
        Optional<Account> account = plan.domain().account();
        proven = new RunRows.Proven(
                Contexts.callType(start), contexts.initial(), contexts.gathered(), contexts.logs(),
                account.map(Account::id).orElse(null), account.map(Account::domain).orElse(null),
                Contexts.session(start).map(Jsonb::harmless).orElse(null));
        happened(start, "started", source);
    }

    /// Once it has started.
    ///
    /// @param replaces the call that it goes on with, where there is one
    void begin(MediaFormat format, Instant at, @Nullable CallId replaces) throws SQLException {
        RunRows.Proven described = Objects.requireNonNull(proven, "not started");
        ObjectNode definition = RunRows.begin(connection, row.id(), described, at);
        String key = new AgentDefinition(ref.agentId(), ref.agentVersion(), definition).key();
        say("running", new RunEvent.Running(callId, after, at, ref, format, definition, described.initialContext(), key, null, sessionCheck, replaces));
    }

    void fail(Refusal refusal, Instant at) throws SQLException {
        DisconnectedBy by = DisconnectedBy.of(refusal.failure());
        if (proven != null) {
            RunRows.describe(connection, row.id(), proven);
        }
        RunRows.fail(
                connection,
                row.id(),
                new RunRows.Failed(
                        refusal.code(), refusal.reason(), refusal.failure().closeCode(), at, lower(by), null));
        Instant startedAt = row.startedAt();
        Long durationMs = startedAt == null ? null : (Long) Duration.between(startedAt, at).toMillis();
        say("failed", new RunEvent.Failed(
                callId, after, at, ref, refusal.failure(), refusal.reason(), refusal.failure().closeCode(), durationMs, null, by,
                row.outcome(), null, sessionCheck));
    }

    /// As [#fail], of a run that may have talked.
    void failAfter(Refusal refusal, Instant at, Charges charges) throws SQLException {
        Instant startedAt = row.startedAt();
        if (startedAt == null) {
            fail(refusal, at);
            return;
        }
        DisconnectedBy by = DisconnectedBy.of(refusal.failure());
        BigDecimal cost = charges.settle(connection, row, at, Tariff.isPaid(refusal.failure()) ? due(at) : Charges.Due.OUR_FAULT);
        @Nullable List<String> faults = faults();
        RunRows.fail(
                connection,
                row.id(),
                new RunRows.Failed(refusal.code(), refusal.reason(), refusal.failure().closeCode(), at, lower(by), faults));
        say("failed", new RunEvent.Failed(
                callId, after, at, ref, refusal.failure(), refusal.reason(), refusal.failure().closeCode(),
                at.toEpochMilli() - startedAt.toEpochMilli(), cost.toPlainString(), by, row.outcome(), faults, null));
    }

    void complete(RunMachine.Effect.Complete complete, Charges charges) throws SQLException {
        DisconnectedBy by = DisconnectedBy.of(complete.end());
        BigDecimal cost = charges.settle(connection, row, complete.at(), due(complete.at()));
        @Nullable List<String> faults = faults();
        RunRows.complete(
                connection,
                row.id(),
                new RunRows.Completed(
                        lower(complete.end()), complete.closeCode(), complete.at(), cost, lower(by), faults));
        say("completed", new RunEvent.Completed(
                callId, after, complete.at(), ref, complete.end(), complete.closeCode(), complete.durationMs(),
                cost.toPlainString(), by, row.outcome(), faults, replacedBy));
    }

    /// What is known of its conversation that may not be kept yet.
    void begun(Begun known) {
        begun = known;
    }

    /// Whether anybody served the call before it ended: the caller heard its agent, or somebody held its conversation.
    boolean isServed(Instant end) throws SQLException {
        Instant startedAt = row.startedAt();
        Instant by = startedAt != null && end.isBefore(startedAt) ? startedAt : end; // clocks differ
        boolean isHeard = socket != null && socket.firstPlayedAt() != null;
        return isHeard || begun.isBy(by) || Served.isKept(connection, row, by);
    }

    private Charges.Due due(Instant end) throws SQLException {
        return isServed(end) ? Charges.Due.TALK : Charges.Due.UNSERVED;
    }

    /// Its session goes on with another call, which is said of it when it completes.
    void replacedBy(CallId newer) {
        replacedBy = newer;
    }

    /// Of a run that was over before its gateway said how the call was: what was wrong is seen in the run, and by whom it is told from now on.
    void judgeLate() throws SQLException {
        @Nullable List<String> found = row.state().isOver() ? faults() : null;
        if (found != null) {
            RunRows.setFaults(connection, row.id(), found);
        }
    }

    /// Null where nothing was wrong, or nobody says.
    private @Nullable List<String> faults() throws SQLException {
        Instant startedAt = row.startedAt();
        if (socket == null || startedAt == null) {
            return null;
        }
        List<String> found = SilentFaults.of(socket, startedAt, Talked.of(connection, row.id()), TimelineLimits.DEFAULT).stream()
                .map(SilentFault::code)
                .toList();
        return found.isEmpty() ? null : found;
    }

    /// What was decided in this transaction; nothing where that is nothing.
    Decision decision(Socket socket) {
        told = socket;
        return events.isEmpty()
                ? Decision.none(callId)
                : Decision.of(row.name(), row.gatewaySlot(), List.copyOf(events), socket, false);
    }

    /// A record that came again changes nothing. What was decided on it is said, or stands in the outbox, where whoever announces
    /// this looks.
    Decision repeat() {
        return Decision.again(callId, row.name());
    }

    /// The session that was proved, for the provider to end.
    Optional<HangUpOrder> hangUp() {
        return row.telephonyConfigurationId() == null || row.providerSession() == null
                ? Optional.empty()
                : Optional.of(
                        new HangUpOrder(callId, row.name(), row.telephonyConfigurationId(), row.providerSession()));
    }

    /// Whether the provider has ended the call, and what it answered.
    ///
    /// @param askedAt when it was ordered
    void hungUp(boolean confirmed, @Nullable Integer status, int tries, Instant askedAt, Instant at) {
        say("hang_up", new RunEvent.HangUp(callId, after, at, ref, confirmed, status, tries, askedAt));
    }

    /// All that is personal of the run is gone.
    void erased(Instant at) {
        say("erased", new RunEvent.Erased(callId, after, at, ref));
    }

    /// Whether the caller is with somebody else, or may be: then nobody hangs up.
    boolean isTransferred() throws SQLException {
        return caller() != Transfers.Whereabouts.WITH_US;
    }

    /// Where the caller is. Whoever ended the socket on our side had it until then.
    Transfers.Whereabouts caller() throws SQLException {
        Transfers.Whereabouts known = caller;
        if (known == null) {
            CallEvent.Ended ended = socket;
            End end = ended == null ? null : ended.end();
            known = Transfers.whereabouts(connection, row.id(), ended != null && end != null && RunMachine.hangsUp(end) ? ended.at() : null);
            caller = known;
        }
        return known;
    }

    /// Whether the caller has been given to somebody else, as the agent wanted under this key.
    void transferred(String key, Transfer outcome, @Nullable Integer status, Instant at) {
        say("transferred", new RunEvent.Transferred(callId, after, at, ref, key, outcome, status));
    }

    /// The session that the start message names and the account knows.
    Optional<RunningRuns.Session> session() {
        return proven == null || proven.providerDomain() == null || proven.providerSession() == null
                ? Optional.empty()
                : Optional.of(new RunningRuns.Session(row.mode(), proven.providerDomain(), proven.providerSession()));
    }

    /// Describes a run that will not begin after all.
    void describe() throws SQLException {
        if (proven != null) {
            RunRows.describe(connection, row.id(), proven);
        }
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private void say(String type, RunEvent event) {
        story.add(new NewEvent(event.at(), type, Json.MAPPER.valueToTree(event), null));
        events.add(event);
    }
}
