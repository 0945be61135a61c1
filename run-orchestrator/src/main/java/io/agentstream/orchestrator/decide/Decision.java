package io.agentstream.orchestrator.decide;

import io.agentstream.orchestrator.store.Outbox;
import io.agentstream.orchestrator.store.RunRows.RunRow;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.End;
import io.agentstream.schemas.Failure;
import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.SocketCommand;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a transaction decided, committed: what is to be said about it, in this order, and what is to be done.
///
/// @param runName name of the run; null where the call has none
/// @param repeated whether it was decided earlier and is only said again
/// @param hangUp the call that the provider is to end
/// @param asOf when it was decided, all waiting for locks being over; null where no later decision can overtake it, as the end of a
///     run
/// @param written what is in the outbox for it
/// @param also what was decided of other runs in the same transaction; it is said before
public record Decision(
        CallId callId,
        @Nullable String runName,
        boolean repeated,
        List<RunEvent> events,
        List<SocketCommand> commands,
        int slot,
        Optional<HangUpOrder> hangUp,
        @Nullable Instant asOf,
        Outbox.Written written,
        List<Decision> also) {

    /// One that left nothing in the outbox, and decides of one run only.
    public Decision(
            CallId callId,
            @Nullable String runName,
            boolean repeated,
            List<RunEvent> events,
            List<SocketCommand> commands,
            int slot,
            Optional<HangUpOrder> hangUp,
            @Nullable Instant asOf) {
        this(callId, runName, repeated, events, commands, slot, hangUp, asOf, Outbox.Written.NOTHING, List.of());
    }

    /// Which session to end, and with whose account.
    public record HangUpOrder(CallId callId, String runName, long telephonyConfigurationId, String session) {}

    /// Whether the socket is still to be told. Its own `ended` needs no answer.
    enum Socket {
        WAITS,
        CLOSED
    }

    static Decision none(CallId callId) {
        return new Decision(callId, null, false, List.of(), List.of(), 0, Optional.empty(), null);
    }

    /// Nothing is decided that was not decided before.
    static Decision again(CallId callId, String runName) {
        return new Decision(callId, runName, true, List.of(), List.of(), 0, Optional.empty(), null);
    }

    static Decision refused(CallId callId, int slot, Refusal refusal) {
        return new Decision(callId, null, false, List.of(), List.of(close(callId, refusal)), slot, Optional.empty(), null);
    }

    /// Something for the socket of a run that goes on.
    static Decision order(RunRow run, SocketCommand command, Instant asOf) {
        return new Decision(
                new CallId(run.callId()), run.name(), false, List.of(), List.of(command), run.gatewaySlot(), Optional.empty(), asOf);
    }

    static Decision of(String runName, int slot, List<RunEvent> events, Socket socket, boolean repeated) {
        CallId callId = events.getFirst().callId();
        return new Decision(
                callId, runName, repeated, events, commands(events, socket), slot, Optional.empty(), null);
    }

    Decision hangingUp(Optional<HangUpOrder> order) {
        return new Decision(callId, runName, repeated, events, commands, slot, order, asOf, written, also);
    }

    Decision asOf(Instant now) {
        return new Decision(callId, runName, repeated, events, commands, slot, hangUp, now, written, also);
    }

    Decision written(Outbox.Written rows) {
        return new Decision(callId, runName, repeated, events, commands, slot, hangUp, asOf, rows, also);
    }

    Decision also(List<Decision> others) {
        return new Decision(callId, runName, repeated, events, commands, slot, hangUp, asOf, written, others);
    }

    public boolean isEmpty() {
        return events.isEmpty() && commands.isEmpty() && hangUp.isEmpty() && also.isEmpty();
    }

    /// Whether a call was refused that has no run.
    public boolean isRefusal() {
        return runName == null && commands.stream().anyMatch(command -> command instanceof SocketCommand.Close);
    }

    /// Whether its run is over, and failed.
    public boolean isFailure() {
        return !events.isEmpty() && events.getLast() instanceof RunEvent.Failed;
    }

    /// One word for logs and counters: where the run is now, or why the call was refused.
    public String outcome() {
        if (!events.isEmpty()) {
            return switch (events.getLast()) {
                case RunEvent.Created created -> "admitted";
                case RunEvent.Running running -> "running";
                case RunEvent.Completed completed -> lower(completed.end());
                case RunEvent.Failed failed -> lower(failed.failure());
                case RunEvent.HangUp hangUp -> hangUp.confirmed() ? "hung_up" : "not_hung_up";
                case RunEvent.Transferred transferred -> "transfer_" + lower(transferred.outcome());
                case RunEvent.Erased erased -> "erased";
            };
        }
        return switch (commands.isEmpty() ? null : commands.getLast()) {
            case SocketCommand.Close close when close.failure() != null -> lower(close.failure());
            case SocketCommand.Close close when close.end() != null -> "closing_" + lower(close.end());
            case SocketCommand.Finish finish -> "finishing_" + lower(finish.end());
            case null, default -> "nothing";
        };
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    /// The commands follow from the events, so that what is said again is the same.
    private static List<SocketCommand> commands(List<RunEvent> events, Socket socket) {
        List<SocketCommand> commands = new ArrayList<>();
        for (RunEvent event : events) {
            switch (event) {
                case RunEvent.Created created ->
                    commands.add(new SocketCommand.Admit(created.callId(), created.run().organizationId()));
                case RunEvent.Running running -> commands.add(new SocketCommand.Open(running.callId()));
                case RunEvent.Completed completed -> {
                    commands.clear();
                    // A lost call's gateway may be alive after all and cut off from Kafka: the call must not outlive its run.
                    if (completed.end() == End.LOST) {
                        commands.add(close(completed.callId(), Refusal.of(Failure.INTERNAL_ERROR)));
                    } else if (socket == Socket.WAITS && completed.end() == End.REPLACED) {
                        commands.add(SocketCommand.Close.because(completed.callId(), End.REPLACED));
                    }
                }
                case RunEvent.Failed failed -> {
                    commands.clear();
                    if (socket == Socket.WAITS) {
                        commands.add(close(failed.callId(), new Refusal(failed.failure(), failed.reason()))
                                .ofOrganization(failed.run().organizationId()));
                    }
                }
                case RunEvent.HangUp _, RunEvent.Transferred _, RunEvent.Erased _ -> {}
            }
        }
        return List.copyOf(commands);
    }

    private static SocketCommand.Close close(CallId callId, Refusal refusal) {
        return new SocketCommand.Close(
                callId, null, refusal.failure(), refusal.failure().closeCode(), refusal.reason());
    }
}
