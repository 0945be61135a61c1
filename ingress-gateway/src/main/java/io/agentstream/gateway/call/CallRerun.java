package io.agentstream.gateway.call;

import io.agentstream.gateway.telephony.OddMessage;
import io.agentstream.gateway.telephony.ProviderMessage;
import io.agentstream.runtime.Step;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.Failure;
import io.agentstream.schemas.SocketCommand;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Asks today's [CallMachine] for a call of which the log has what was told and what was commanded. Not all that the machine took in is
/// there: what the peer sent beside audio and keys, when it left, time that went by. So this looks for inputs that lead from what is there
/// to the recorded end. Where there are none, this machine would have ended the call otherwise. A function: any thread.
public final class CallRerun {

    /// Inputs in a row that are tried; a call that ends by its peer's fault needs six.
    private static final int MOST_INPUTS = 8;

    private static final long SECOND_US = 1_000_000;
    private static final CallLimits LIMITS = new CallLimits(
            10 * SECOND_US, 1_000 * SECOND_US, 100 * SECOND_US, Long.MAX_VALUE / 4, 5 * SECOND_US, 100, SECOND_US);

    /// What connections do wrong; each is an input of its own.
    private static final Set<Failure> BREACHES = EnumSet.of(
            Failure.BINARY_MESSAGE, Failure.MALFORMED_MESSAGE, Failure.MESSAGE_TOO_BIG, Failure.TOO_MANY_MESSAGES,
            Failure.PEER_STALLED, Failure.PROTOCOL_ERROR);

    private CallRerun() {}

    /// What the log has of a call.
    ///
    /// @param started null where it has none
    /// @param commands all that the gateway was told of the call, in order
    /// @param talked whether there is something of the running call on `call.media.v1`
    public record Told(
            CallEvent.Offered offered, CallEvent.@Nullable Started started, List<SocketCommand> commands, boolean talked,
            CallEvent.Ended ended) {}

    private record Node(CallState state, boolean startTold, boolean opened, int inputs) {}

    private record Input(CallInput input, long nowUs) {}

    /// Whether this machine can come to the recorded end.
    public static boolean leadsToItsEnd(Told told) {
        return leadsToItsEnd(told, false) || leadsToItsEnd(told, true);
    }

    private static boolean leadsToItsEnd(Told told, boolean domainMissing) {
        CallMachine machine = new CallMachine(LIMITS, domainMissing);
        String name = Objects.requireNonNullElse(told.offered().provider(), "");
        Step<CallState, CallEffect> begun = machine.open(told.offered().refusal(), name, 0);
        if (ends(begun, told.ended())) {
            return told.started() == null && !told.talked();
        }
        List<Input> inputs = inputs(told);
        Set<Node> seen = new HashSet<>();
        Deque<Node> next = new ArrayDeque<>(List.of(new Node(begun.state(), false, false, 0)));
        while (!next.isEmpty()) {
            Node at = next.removeFirst();
            for (Input each : inputs) {
                Step<CallState, CallEffect> step = machine.step(at.state(), each.input(), each.nowUs());
                boolean startTold = at.startTold() || step.effects().stream().anyMatch(CallEffect.TellStarted.class::isInstance);
                boolean opened = at.opened() || step.state() instanceof CallState.Talking;
                if (ends(step, told.ended())) {
                    if (startTold == (told.started() != null) && (opened || !told.talked())) {
                        return true;
                    }
                    continue;
                }
                Node to = new Node(step.state(), startTold, opened, at.inputs() + 1);
                boolean goesOn = step.state() instanceof CallState.Handshake || step.state() instanceof CallState.Talking;
                if (goesOn && to.inputs() < MOST_INPUTS && seen.add(new Node(to.state(), startTold, opened, 0))) {
                    next.addLast(to);
                }
            }
        }
        return false;
    }

    private static boolean ends(Step<CallState, CallEffect> step, CallEvent.Ended as) {
        return step.effects().stream().anyMatch(effect -> effect instanceof CallEffect.TellEnded ended
                && ended.code() == as.closeCode()
                && ended.reason().equals(as.closeReason())
                && ended.end() == as.end()
                && ended.failure() == as.failure());
    }

    /// Everything that may have happened, given what was commanded: the machine says what comes of it.
    private static List<Input> inputs(Told told) {
        List<Input> inputs = new ArrayList<>();
        told.commands().forEach(command -> {
            CallInput input = input(command);
            if (input != null) {
                inputs.add(new Input(input, 0));
            }
        });
        List<ProviderMessage> messages = new ArrayList<>(List.of(
                new ProviderMessage.Connected(), new ProviderMessage.Start(null), new ProviderMessage.Stop(),
                new ProviderMessage.Odd(OddMessage.MALFORMED)));
        CallEvent.Started started = told.started();
        if (started != null) {
            messages.add(new ProviderMessage.Start(new ProviderMessage.StreamDetails(
                    null, null, null, null, null, null, null, List.of(), started.mediaFormat(), Map.of(), List.of())));
        }
        messages.forEach(message -> inputs.add(new Input(new CallInput.Heard(message), 0)));
        Failure failure = told.ended().failure();
        if (failure != null && BREACHES.contains(failure)) {
            inputs.add(new Input(new CallInput.Broken(failure), 0));
        }
        for (CallInput each : List.of(
                new CallInput.PeerClosed(told.ended().closeCode()), new CallInput.Lost(), new CallInput.NotRecorded(),
                new CallInput.Drained(), new CallInput.Orphaned())) {
            inputs.add(new Input(each, 0));
        }
        inputs.add(new Input(new CallInput.Tick(0, 0), LIMITS.idleUs())); // nobody gave a sign; the handshake is late too
        inputs.add(new Input(new CallInput.Tick(LIMITS.maxCallUs(), 0), LIMITS.maxCallUs()));
        return inputs;
    }

    private static @Nullable CallInput input(SocketCommand command) {
        return switch (command) {
            case SocketCommand.Admit _ -> new CallInput.Admitted();
            case SocketCommand.Open _ -> new CallInput.Opened();
            case SocketCommand.Close close -> new CallInput.Ordered(close);
            case SocketCommand.Finish finish -> new CallInput.Finish(finish.end(), finish.withinMs() * 1_000L);
            case SocketCommand.Play _, SocketCommand.SealedPlay _, SocketCommand.Clear _, SocketCommand.Mark _ -> null;
        };
    }
}
