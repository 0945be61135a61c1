package io.agentstream.gateway.call;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.End;
import io.agentstream.schemas.Failure;
import io.agentstream.schemas.MediaFormat;
import io.agentstream.schemas.SocketCommand;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Which ends this machine can come to, by what the log has of a call.
final class CallRerunTest {

    private static final CallId CALL = CallId.of(1, 1, 1);
    private static final SocketCommand ADMIT = new SocketCommand.Admit(CALL);
    private static final SocketCommand OPEN = new SocketCommand.Open(CALL);
    private static final CallEvent.Started STARTED = new CallEvent.Started(
            CALL, 2, Instant.EPOCH, "MZ", "CA", "s", "acme.example", null, null, null, List.of(), MediaFormat.MULAW_8K, Map.of(), null);

    private static CallEvent.Offered offered(Failure refusal, String provider) {
        return new CallEvent.Offered(
                CALL, 1, Instant.EPOCH, refusal, provider, "ab".repeat(32), 0, "192.0.2.7", "acme.example", null, null, null);
    }

    private static CallEvent.Ended ended(int code, String reason, End end, Failure failure) {
        return new CallEvent.Ended(CALL, 9, Instant.EPOCH, code, reason, end, failure);
    }

    private static Arguments row(
            String name, boolean possible, Failure refusal, boolean started, boolean talked, CallEvent.Ended ended, SocketCommand... commands) {
        return Arguments.argumentSet(
                name,
                new CallRerun.Told(offered(refusal, "cloudonix"), started ? STARTED : null, List.of(commands), talked, ended),
                possible);
    }

    static Stream<Arguments> calls() {
        SocketCommand close = SocketCommand.Close.because(CALL, End.AGENT_HANGUP);
        SocketCommand unknown = SocketCommand.Close.because(CALL, Failure.UNKNOWN_DOMAIN, "nowhere.example");
        SocketCommand finish = new SocketCommand.Finish(CALL, End.CREDITS, 15_000);
        String internal = Failure.INTERNAL_ERROR.reason();
        return Stream.of(
                row("the caller hangs up", true, null, true, true, ended(1000, "", End.CALLER_HANGUP, null), ADMIT, OPEN),
                row("and with a code of the peer's own", true, null, true, true, ended(4321, "", End.CALLER_HANGUP, null), ADMIT, OPEN),
                row("the connection breaks", true, null, true, true, ended(1006, "", End.CALLER_HANGUP, null), ADMIT, OPEN),
                row("the agent hangs up", true, null, true, true, ended(1000, "", End.AGENT_HANGUP, null), ADMIT, OPEN, close),
                row("without anybody's order it cannot", false, null, true, true, ended(1000, "", End.AGENT_HANGUP, null), ADMIT, OPEN),
                row("nor with another code", false, null, true, true, ended(1011, "", End.AGENT_HANGUP, null), ADMIT, OPEN, close),
                row("the credits are used up", true, null, true, true, ended(1000, "", End.CREDITS, null), ADMIT, OPEN, finish),
                row("a call is idle", true, null, true, true, ended(1000, "", End.IDLE, null), ADMIT, OPEN),
                row("a call is long enough", true, null, true, true, ended(1000, "", End.MAX_DURATION, null), ADMIT, OPEN),
                row("one that was never opened cannot be", false, null, true, false, ended(1000, "", End.MAX_DURATION, null), ADMIT),
                row("a gateway drains", true, null, true, true, ended(1000, "", End.DRAINED, null), ADMIT, OPEN),
                row("a message is binary", true, null, true, true,
                        ended(1003, Failure.BINARY_MESSAGE.reason(), null, Failure.BINARY_MESSAGE), ADMIT, OPEN),
                row("the orchestrator refuses", true, null, false, false,
                        ended(4400, "Unknown Cloudonix domain: nowhere.example", null, Failure.UNKNOWN_DOMAIN), unknown),
                row("with another reason it does not", false, null, false, false,
                        ended(4400, "Unknown Cloudonix domain: elsewhere.example", null, Failure.UNKNOWN_DOMAIN), unknown),
                row("the first message is none", true, null, false, false,
                        ended(4400, "Expected connected event", null, Failure.EXPECTED_CONNECTED), ADMIT),
                row("which waits for the admission", false, null, false, false,
                        ended(4400, "Expected connected event", null, Failure.EXPECTED_CONNECTED)),
                row("the peer owes us its start", true, null, false, false,
                        ended(4408, "Handshake timeout", null, Failure.HANDSHAKE_TIMEOUT), ADMIT),
                row("we owe the peer a verdict", true, null, true, false, ended(1011, internal, null, Failure.INTERNAL_ERROR), ADMIT),
                row("the peer goes before", true, null, false, false, ended(1000, "Caller hung up", null, Failure.ABANDONED)),
                row("a gateway is full", true, Failure.TRY_AGAIN_LATER, false, false,
                        ended(1013, "Try again later", null, Failure.TRY_AGAIN_LATER)),
                row("and then nobody talks", false, Failure.TRY_AGAIN_LATER, false, true,
                        ended(1013, "Try again later", null, Failure.TRY_AGAIN_LATER)),
                row("a provider that is not supported is named", true, Failure.UNSUPPORTED_PROVIDER, false, false,
                        ended(1011, "Agent stream is not supported for provider cloudonix", null, Failure.UNSUPPORTED_PROVIDER)),
                row("who talks was let in", false, null, true, true, ended(1000, "", End.CALLER_HANGUP, null), ADMIT));
    }

    @ParameterizedTest
    @MethodSource("calls")
    void anEndIsOneThatTheMachineComesTo(CallRerun.Told told, boolean possible) {
        assertEquals(possible, CallRerun.leadsToItsEnd(told));
    }
}
