package io.agentstream.gateway.call;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.gateway.call.CallState.Progress;
import io.agentstream.gateway.telephony.OddMessage;
import io.agentstream.gateway.telephony.ProviderMessage;
import io.agentstream.gateway.telephony.ProviderMessage.StreamDetails;
import io.agentstream.runtime.StateDiagram;
import io.agentstream.runtime.Step;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.End;
import io.agentstream.schemas.Failure;
import io.agentstream.schemas.MediaFormat;
import io.agentstream.schemas.SocketCommand;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/// Each row is a state, an input and what comes of it; together they are every state with every input.
final class CallMachineTest {

    private static final long NOW = 1_000;
    private static final CallLimits LIMITS = new CallLimits(10_000, 50_000, 5_000, 3_000, 2_000, 4, 200);
    private static final CallMachine MACHINE = new CallMachine(LIMITS, false);
    private static final CallMachine WITHOUT_DOMAIN = new CallMachine(LIMITS, true);
    private static final StreamDetails DETAILS = new StreamDetails(
            "MZ", "CA", "s", "acme.cloudonix.net", null, null, null, List.of(), MediaFormat.MULAW_8K, Map.of(), List.of());
    private static final StreamDetails LINEAR = new StreamDetails(
            "MZ", "CA", "s", null, null, null, null, List.of(), new MediaFormat("audio/x-l16", 16_000, 1), Map.of(), List.of());

    private static final CallState.Closing CLOSING = new CallState.Closing(NOW + 2_000);
    private static final CallState.Closed CLOSED = new CallState.Closed();
    private static final CallState.Talking TALKING = CallState.Talking.begun(60_000, 9_000);

    private static final CallInput CONNECTED = heard(new ProviderMessage.Connected());
    private static final CallInput START = heard(new ProviderMessage.Start(DETAILS));
    private static final CallInput START_OF_NOTHING = heard(new ProviderMessage.Start(null));
    private static final CallInput AUDIO = heard(new ProviderMessage.Audio());
    private static final CallInput DIGIT = heard(new ProviderMessage.Digit('5'));
    private static final CallInput ECHO = heard(new ProviderMessage.MarkEcho("m"));
    private static final CallInput STOP = heard(new ProviderMessage.Stop());
    private static final CallInput IGNORED = heard(new ProviderMessage.Ignored());
    private static final CallInput MALFORMED = heard(new ProviderMessage.Odd(OddMessage.MALFORMED));
    private static final CallInput UNKNOWN = heard(new ProviderMessage.Odd(OddMessage.UNKNOWN));
    private static final CallInput FORBIDDEN = heard(new ProviderMessage.Forbidden(Failure.MESSAGE_TOO_BIG));
    private static final CallInput BINARY = new CallInput.Broken(Failure.BINARY_MESSAGE);
    private static final CallInput ADMITTED = new CallInput.Admitted();
    private static final CallInput OPENED = new CallInput.Opened();
    private static final CallInput REFUSED = new CallInput.Ordered(SocketCommand.Close.because(
            CallId.of(1, 2, 3), Failure.UNKNOWN_DOMAIN, "acme.cloudonix.net"));
    private static final CallInput PEER_CLOSED = new CallInput.PeerClosed(1001);
    private static final CallInput LOST = new CallInput.Lost();
    private static final CallInput TICK = new CallInput.Tick(NOW, 0);
    private static final CallInput FINISH = new CallInput.Finish(End.DRAINED, 900_000);
    private static final CallInput NOT_RECORDED = new CallInput.NotRecorded();
    private static final CallInput DRAINED = new CallInput.Drained();
    private static final CallInput ORPHANED = new CallInput.Orphaned();

    private static final CallEffect STOP_READING = new CallEffect.StopReading();
    private static final CallEffect DISCONNECT = new CallEffect.Disconnect();
    private static final CallEffect ABORT = new CallEffect.Abort();

    private record Row(String name, CallMachine machine, CallState state, CallInput input, long atUs, CallState next,
            List<CallEffect> effects) {}

    private final List<Row> rows = new ArrayList<>();

    private static CallInput heard(ProviderMessage message) {
        return new CallInput.Heard(message);
    }

    private static CallState.Handshake greeting(Progress progress, boolean admitted) {
        return new CallState.Handshake(progress, admitted, null, false, 1, "", 11_000, 4_000);
    }

    private static CallState.Handshake heardMore(CallState.Handshake state, Progress progress) {
        return state.heard(progress);
    }

    private static List<CallEffect> failed(Failure failure) {
        return List.of(
                new CallEffect.TellEnded(failure.closeCode(), failure.reason(), null, failure),
                new CallEffect.SendClose(failure.closeCode(), failure.reason()));
    }

    private static List<CallEffect> ended(End end) {
        return List.of(new CallEffect.TellEnded(1000, "", end, null), new CallEffect.SendClose(1000, ""));
    }

    private static List<CallEffect> with(List<CallEffect> effects, CallEffect more) {
        List<CallEffect> all = new ArrayList<>(effects);
        all.add(more);
        return all;
    }

    private void row(String name, CallState state, CallInput input, CallState next, CallEffect... effects) {
        rows.add(new Row(name, MACHINE, state, input, NOW, next, List.of(effects)));
    }

    private void row(String name, CallState state, CallInput input, CallState next, List<CallEffect> effects) {
        rows.add(new Row(name, MACHINE, state, input, NOW, next, effects));
    }

    private void late(String name, CallMachine machine, CallState state, CallInput input, long atUs, List<CallEffect> effects) {
        rows.add(new Row(name, machine, state, input, atUs, new CallState.Closing(atUs + 2_000), effects));
    }

    @Test
    void everyStateAnswersEveryInputAsItsRowSays() throws IOException {
        handshakeRows();
        precedenceRows();
        deadlineRows();
        talkingRows();
        mediaRows();
        keyRows();
        orderedRows();
        closingRows();

        List<Executable> checks = new ArrayList<>();
        Set<String> covered = new HashSet<>();
        for (Row row : rows) {
            covered.add(row.state().getClass().getSimpleName() + " " + row.input().getClass().getSimpleName());
            checks.add(() -> assertEquals(
                    new Step<>(row.next(), row.effects()), row.machine().step(row.state(), row.input(), row.atUs()), row.name()));
        }
        assertAll(checks);
        StateDiagram diagram = new StateDiagram("CallMachine");
        rows.forEach(row -> diagram.step(row.state().getClass(), row.input().getClass(), row.next().getClass()));
        diagram.check();
        for (Class<?> state : CallState.class.getPermittedSubclasses()) {
            for (Class<?> input : CallInput.class.getPermittedSubclasses()) {
                assertTrue(
                        covered.contains(state.getSimpleName() + " " + input.getSimpleName()),
                        () -> "no row for " + state.getSimpleName() + " and " + input.getSimpleName());
            }
        }
    }

    private void handshakeRows() {
        CallState.Handshake fresh = greeting(Progress.NOTHING, false);
        CallState.Handshake connected = greeting(Progress.CONNECTED, true);
        CallState.Handshake started = greeting(Progress.STARTED, true);
        row("connected", fresh, CONNECTED, heardMore(fresh, Progress.CONNECTED));
        row("start", connected, START, heardMore(connected, Progress.STARTED), new CallEffect.TellStarted(DETAILS));
        row("start before the admission", greeting(Progress.CONNECTED, false), START,
                heardMore(greeting(Progress.CONNECTED, false), Progress.STARTED), new CallEffect.TellStarted(DETAILS));
        row("admitted", fresh, ADMITTED, greeting(Progress.NOTHING, true));
        row("opened", started, OPENED, CallState.Talking.begun(NOW + 50_000, 4_000), new CallEffect.OpenPlayback());
        row("opened before start is nobody's wish", connected, OPENED, connected);
        row("refused", fresh, REFUSED, CLOSING, List.of(
                new CallEffect.TellEnded(4400, "Unknown Cloudonix domain: acme.cloudonix.net", null, Failure.UNKNOWN_DOMAIN),
                new CallEffect.SendClose(4400, "Unknown Cloudonix domain: acme.cloudonix.net")));
        row("audio too early is not kept", started, AUDIO, heardMore(started, Progress.STARTED));
        row("a second connected says nothing", started, CONNECTED, heardMore(started, Progress.STARTED));
        row("stop before the run", started, STOP, CLOSING, failed(Failure.ABANDONED));
        row("peer closes before the run", started, PEER_CLOSED, CLOSING, List.of(
                new CallEffect.TellEnded(1001, "Caller hung up", null, Failure.ABANDONED),
                new CallEffect.SendClose(1001, "Caller hung up"), DISCONNECT));
        row("connection lost before the run", connected, LOST, CLOSED, List.of(
                new CallEffect.TellEnded(1006, "Caller hung up", null, Failure.ABANDONED), ABORT));
        row("offer or start cannot be recorded", fresh, NOT_RECORDED, CLOSING, failed(Failure.INTERNAL_ERROR));
        row("drained within the handshake", fresh, DRAINED, CLOSING, failed(Failure.INTERNAL_ERROR));
        row("slot lost within the handshake", fresh, ORPHANED, CLOSING, failed(Failure.INTERNAL_ERROR));
        row("nothing is due", fresh, TICK, fresh);
        rows.add(new Row("alive is due", MACHINE, fresh, TICK, 4_000, fresh.aliveAt(7_000), List.of(new CallEffect.TellAlive())));
    }

    private void precedenceRows() {
        for (CallInput first : List.of(START, AUDIO, DIGIT, ECHO, STOP, IGNORED, MALFORMED, UNKNOWN, FORBIDDEN)) {
            CallState.Handshake early = greeting(Progress.NOTHING, false);
            row("wrong first message waits for the admission", early, first, early.pending(Failure.EXPECTED_CONNECTED), STOP_READING);
            row("wrong first message of an admitted call", greeting(Progress.NOTHING, true), first, CLOSING,
                    failed(Failure.EXPECTED_CONNECTED));
        }
        for (CallInput second : List.of(CONNECTED, AUDIO, DIGIT, ECHO, STOP, IGNORED, MALFORMED, UNKNOWN, FORBIDDEN)) {
            row("wrong second message", greeting(Progress.CONNECTED, true), second, CLOSING, failed(Failure.EXPECTED_START));
        }
        row("start of nothing", greeting(Progress.CONNECTED, true), START_OF_NOTHING, CLOSING,
                failed(Failure.MISSING_STREAM_IDENTIFIERS));
        rows.add(new Row("a missing domain goes before a wrong message", WITHOUT_DOMAIN, greeting(Progress.CONNECTED, true),
                START_OF_NOTHING, NOW, CLOSING, failed(Failure.MISSING_DOMAIN)));
        rows.add(new Row("but not before a binary message", WITHOUT_DOMAIN, greeting(Progress.CONNECTED, true), BINARY, NOW,
                CLOSING, failed(Failure.BINARY_MESSAGE)));

        CallState.Handshake pending = greeting(Progress.NOTHING, false).pending(Failure.EXPECTED_CONNECTED);
        row("the verdict follows the admission", pending, ADMITTED, CLOSING, failed(Failure.EXPECTED_CONNECTED));
        row("a refusal goes before the verdict", pending, REFUSED, CLOSING, List.of(
                new CallEffect.TellEnded(4400, "Unknown Cloudonix domain: acme.cloudonix.net", null, Failure.UNKNOWN_DOMAIN),
                new CallEffect.SendClose(4400, "Unknown Cloudonix domain: acme.cloudonix.net")));
        row("the first verdict stays", pending, BINARY, pending);
        row("messages after the verdict say nothing", pending, CONNECTED, pending);
        row("a peer that closes keeps its verdict", pending, PEER_CLOSED, pending.withoutPeer());
        row("a peer that is lost keeps its verdict", pending, LOST, pending.withoutPeer());
        row("the verdict on a peer that is gone", pending.withoutPeer(), ADMITTED, CLOSING,
                with(failed(Failure.EXPECTED_CONNECTED), DISCONNECT));

        CallState.Handshake proving = greeting(Progress.STARTED, true);
        row("what is wrong after start waits for the proof", proving, BINARY, proving.pending(Failure.BINARY_MESSAGE), STOP_READING);
        row("forbidden after start", proving, FORBIDDEN, proving.pending(Failure.MESSAGE_TOO_BIG), STOP_READING);
        row("an unknown event after start says nothing", proving, UNKNOWN, heardMore(proving, Progress.STARTED));
        row("malformed after start", proving, MALFORMED, proving.pending(Failure.MALFORMED_MESSAGE), STOP_READING);
        row("the verdict follows the proof", proving.pending(Failure.BINARY_MESSAGE), OPENED, CLOSING,
                failed(Failure.BINARY_MESSAGE));
        CallState.Handshake talkative = new CallState.Handshake(Progress.STARTED, true, null, false, 4, "", 11_000, 4_000);
        row("too many messages", talkative, AUDIO, talkative.pending(Failure.TOO_MANY_MESSAGES), STOP_READING);
    }

    private void deadlineRows() {
        late("nobody admits", MACHINE, greeting(Progress.NOTHING, false), TICK, 11_000, failed(Failure.INTERNAL_ERROR));
        late("nobody admits a call that said nonsense", MACHINE,
                greeting(Progress.NOTHING, false).pending(Failure.EXPECTED_CONNECTED), TICK, 11_000, failed(Failure.INTERNAL_ERROR));
        late("the peer owes connected", MACHINE, greeting(Progress.NOTHING, true), TICK, 11_000, failed(Failure.HANDSHAKE_TIMEOUT));
        late("the peer owes start", MACHINE, greeting(Progress.CONNECTED, true), TICK, 11_000, failed(Failure.HANDSHAKE_TIMEOUT));
        late("the peer owes start and a domain", WITHOUT_DOMAIN, greeting(Progress.CONNECTED, true), TICK, 11_000,
                failed(Failure.MISSING_DOMAIN));
        late("we owe the proof", MACHINE, greeting(Progress.STARTED, true), TICK, 11_000, failed(Failure.INTERNAL_ERROR));
    }

    private void finishingRows() {
        CallMachine patient = new CallMachine(new CallLimits(10_000, 9_000_000, 9_000_000, 9_000_000, 2_000, 4, 200), false);
        CallState.Talking talking = CallState.Talking.begun(9_000_000, 9_000_000);
        CallState.Talking finishing = talking.finishing(new CallState.Finishing(End.DRAINED, NOW, NOW + 900_000));
        rows.add(new Row("finish", patient, talking, FINISH, NOW, finishing, List.of()));
        rows.add(new Row("the first order to finish holds", patient, finishing, FINISH, NOW + 5, finishing, List.of()));
        rows.add(new Row("what is being said is said to its end", patient, finishing, new CallInput.Tick(NOW, 200_000), 600_000,
                finishing, List.of()));
        rows.add(new Row("audio while finishing", patient, finishing, AUDIO, NOW, finishing, List.of(new CallEffect.TellAudio())));
        late("everything is said", patient, finishing, new CallInput.Tick(NOW, 200_000), 700_000, ended(End.DRAINED));
        late("nothing was being said", patient, finishing, new CallInput.Tick(NOW, 0), NOW + 500_000, ended(End.DRAINED));
        late("somebody never stops talking", patient, finishing, new CallInput.Tick(NOW, 950_000), NOW + 900_000,
                ended(End.DRAINED));
        row("nothing is being said before the run", greeting(Progress.STARTED, true), FINISH, greeting(Progress.STARTED, true));
    }

    @Test
    void aCallThatFinishesWantsToBeAskedWhenEverythingIsSaid() {
        CallState.Talking finishing =
                TALKING.finishing(new CallState.Finishing(End.DRAINED, NOW, NOW + 900_000)).aliveAt(9_000_000);
        CallState.Talking unlimited = new CallState.Talking(9_000_000, 9_000_000, finishing.odd(), finishing.finishing());

        assertEquals(700_000, MACHINE.dueUs(unlimited, 8_000_000, 200_000));
        assertEquals(NOW + 900_000, MACHINE.dueUs(unlimited, 8_000_000, 850_000));
    }

    private void talkingRows() {
        row("audio", TALKING, AUDIO, TALKING, new CallEffect.TellAudio());
        row("digit", TALKING, DIGIT, TALKING, new CallEffect.TellDigit('5'));
        row("echo", TALKING, ECHO, TALKING, new CallEffect.EchoMark("m"));
        row("nothing for us", TALKING, IGNORED, TALKING);
        oddRows();
        row("stop", TALKING, STOP, CLOSING, ended(End.CALLER_HANGUP));
        row("binary", TALKING, BINARY, CLOSING, failed(Failure.BINARY_MESSAGE));
        row("admitted again", TALKING, ADMITTED, TALKING);
        row("opened again", TALKING, OPENED, TALKING);
        row("agent hangs up", TALKING,
                new CallInput.Ordered(SocketCommand.Close.because(CallId.of(1, 2, 3), End.AGENT_HANGUP)), CLOSING,
                ended(End.AGENT_HANGUP));
        row("peer closes", TALKING, PEER_CLOSED, CLOSING, List.of(
                new CallEffect.TellEnded(1001, "", End.CALLER_HANGUP, null), new CallEffect.SendClose(1001, ""), DISCONNECT));
        row("connection lost", TALKING, LOST, CLOSED, List.of(new CallEffect.TellEnded(1006, "", End.CALLER_HANGUP, null), ABORT));
        row("not recorded", TALKING, NOT_RECORDED, CLOSING, failed(Failure.INTERNAL_ERROR));
        row("drained", TALKING, DRAINED, CLOSING, ended(End.DRAINED));
        row("slot lost", TALKING, ORPHANED, CLOSING, failed(Failure.INTERNAL_ERROR));
        row("nothing is due while talking", TALKING, TICK, TALKING);
        rows.add(new Row("alive while talking", MACHINE, TALKING, new CallInput.Tick(8_000, 0), 9_000,
                CallState.Talking.begun(60_000, 12_000), List.of(new CallEffect.TellAlive())));
        late("idle", MACHINE, TALKING, new CallInput.Tick(3_000, 0), 8_000, ended(End.IDLE));
        finishingRows();
        late("long enough", MACHINE, TALKING, new CallInput.Tick(59_000, 0), 60_000, ended(End.MAX_DURATION));
    }

    private void oddRows() {
        Map<CallInput, OddMessage> odd = Map.of(
                CONNECTED, OddMessage.REPEATED, START, OddMessage.REPEATED, MALFORMED, OddMessage.MALFORMED,
                UNKNOWN, OddMessage.UNKNOWN);
        odd.forEach((input, how) -> row("odd is passed over", TALKING, input,
                TALKING.passedOver(OddMessages.NONE.plus(how, NOW)), new CallEffect.TellOdd(how)));
        row("what no call may send", TALKING, FORBIDDEN, CLOSING, failed(Failure.MESSAGE_TOO_BIG));
        CallState.Talking nine = TALKING;
        for (int i = 0; i < 9; i++) {
            nine = nine.passedOver(nine.odd().plus(OddMessage.UNKNOWN, NOW - 9_000_000 + i));
        }
        rows.add(new Row("the tenth within ten seconds ends the call", MACHINE, nine, MALFORMED, NOW, CLOSING, List.of(
                new CallEffect.TellOdd(OddMessage.MALFORMED),
                new CallEffect.TellEnded(1007, "Malformed message", null, Failure.MALFORMED_MESSAGE,
                        Map.of("unknown", 9, "malformed", 1)),
                new CallEffect.SendClose(1007, "Malformed message"))));
        long later = NOW + 1_500_000;
        rows.add(new Row("the tenth after ten seconds does not", MACHINE, nine, MALFORMED, later,
                nine.passedOver(nine.odd().plus(OddMessage.MALFORMED, later)),
                List.of(new CallEffect.TellOdd(OddMessage.MALFORMED))));
        CallState.Talking one = TALKING.passedOver(OddMessages.NONE.plus(OddMessage.EMPTY, NOW));
        row("the end says what was passed over", one, STOP, CLOSING, List.of(
                new CallEffect.TellEnded(1000, "", End.CALLER_HANGUP, null, Map.of("empty", 1)),
                new CallEffect.SendClose(1000, "")));
    }

    private void mediaRows() {
        CallState.Handshake connected = greeting(Progress.CONNECTED, true);
        CallState.Handshake refused = heardMore(connected, Progress.STARTED).pending(Failure.UNSUPPORTED_MEDIA);
        row("a format that we do not speak is told, and waits for earlier causes", connected,
                heard(new ProviderMessage.Start(LINEAR)), refused, new CallEffect.TellStarted(LINEAR), STOP_READING);
        row("an earlier cause goes before the format", refused, REFUSED, CLOSING, List.of(
                new CallEffect.TellEnded(4400, "Unknown Cloudonix domain: acme.cloudonix.net", null, Failure.UNKNOWN_DOMAIN),
                new CallEffect.SendClose(4400, "Unknown Cloudonix domain: acme.cloudonix.net")));
        row("nobody opens a call whose format we do not speak", refused, OPENED, CLOSING, failed(Failure.UNSUPPORTED_MEDIA));
    }

    private void keyRows() {
        CallState.Handshake started = greeting(Progress.STARTED, true);
        row("a key before the run is kept", started, DIGIT, started.pressed('5'));
        row("and told when the call is open", started.pressed('5').pressed('#'), OPENED,
                CallState.Talking.begun(NOW + 50_000, 4_000),
                new CallEffect.OpenPlayback(), new CallEffect.TellDigit('5'), new CallEffect.TellDigit('#'));
        CallState.Handshake impatient = started;
        for (int i = 0; i < CallState.Handshake.MAX_KEYS; i++) {
            impatient = impatient.pressed('1');
        }
        assertEquals("1".repeat(20), impatient.pressed('2').keys());
    }

    private void orderedRows() {
        CallId call = CallId.of(1, 2, 3);
        for (int code : new int[] {-1, 0, 999, 1004, 1005, 1006, 1015, 2999, 5000, Integer.MAX_VALUE}) {
            orderedRow("a code that nobody may send: " + code, code, 1011);
        }
        for (int code : new int[] {1000, 1003, 1007, 1014, 3000, 4999}) {
            orderedRow("a code that is sent as it was ordered: " + code, code, code);
        }
        row("a reason that no close frame holds", TALKING,
                new CallInput.Ordered(new SocketCommand.Close(call, End.AGENT_HANGUP, null, 1000, "x".repeat(200))), CLOSING, List.of(
                        new CallEffect.TellEnded(1000, "x".repeat(123), End.AGENT_HANGUP, null),
                        new CallEffect.SendClose(1000, "x".repeat(123))));
    }

    private void orderedRow(String name, int ordered, int sent) {
        row(name, TALKING, new CallInput.Ordered(new SocketCommand.Close(CallId.of(1, 2, 3), End.AGENT_HANGUP, null, ordered, "")), CLOSING,
                List.of(new CallEffect.TellEnded(sent, "", End.AGENT_HANGUP, null), new CallEffect.SendClose(sent, "")));
    }

    private void closingRows() {
        for (CallInput input : List.of(AUDIO, BINARY, ADMITTED, OPENED, REFUSED, FINISH, NOT_RECORDED, DRAINED, ORPHANED, TICK)) {
            row("closing stays", CLOSING, input, CLOSING);
        }
        row("peer answers", CLOSING, PEER_CLOSED, CLOSING, DISCONNECT);
        row("peer goes", CLOSING, LOST, CLOSED, ABORT);
        rows.add(new Row("peer is silent", MACHINE, CLOSING, TICK, NOW + 2_000, CLOSED, List.of(ABORT)));
        for (CallInput input : List.of(
                AUDIO, BINARY, ADMITTED, OPENED, REFUSED, FINISH, PEER_CLOSED, LOST, TICK, NOT_RECORDED, DRAINED, ORPHANED)) {
            row("closed stays", CLOSED, input, CLOSED);
        }
    }

    /// The rows above are examples; this is every progress with every admission, verdict and input.
    @Test
    void everyHandshakeKeepsItsPromises() {
        List<CallInput> inputs = List.of(
                CONNECTED, START, START_OF_NOTHING, AUDIO, DIGIT, ECHO, STOP, IGNORED, MALFORMED, UNKNOWN, FORBIDDEN, BINARY, ADMITTED,
                OPENED, REFUSED, FINISH, PEER_CLOSED, LOST, TICK, NOT_RECORDED, DRAINED, ORPHANED);
        List<Executable> checks = new ArrayList<>();
        for (Progress progress : Progress.values()) {
            for (boolean admitted : List.of(false, true)) {
                for (boolean judged : List.of(false, true)) {
                    for (CallInput input : inputs) {
                        CallState.Handshake state = judged
                                ? greeting(progress, admitted).pending(Failure.BINARY_MESSAGE)
                                : greeting(progress, admitted);
                        checks.add(() -> promises(state, input));
                    }
                }
            }
        }
        assertAll(checks);
    }

    private static void promises(CallState.Handshake state, CallInput input) {
        Step<CallState, CallEffect> step = MACHINE.step(state, input, NOW);
        String what = state + " and " + input + " give " + step;
        boolean over = step.state() instanceof CallState.Closing || step.state() instanceof CallState.Closed;
        assertEquals(over ? 1 : 0, step.effects().stream().filter(CallEffect.TellEnded.class::isInstance).count(), what);
        assertEquals(
                step.state() instanceof CallState.Closing ? 1 : 0,
                step.effects().stream().filter(CallEffect.SendClose.class::isInstance).count(), what);
        boolean mayTalk = input.equals(OPENED) && state.progress() == Progress.STARTED && state.verdict() == null;
        assertEquals(mayTalk, step.state() instanceof CallState.Talking, what);
        if (state.verdict() != null && (input instanceof CallInput.Heard || input instanceof CallInput.Broken)) {
            assertEquals(Step.stay(state), step, what);
        }
        if (state.verdict() != null && input instanceof CallInput.Admitted) {
            assertEquals(state.progress() != Progress.STARTED, over, what);
        }
        if (input.equals(BINARY) && state.verdict() == null) { // waits as long as an earlier cause can come
            assertEquals(state.admitted() && state.progress() != Progress.STARTED, over, what);
        }
    }

    @Test
    void refusesAtTheDoorWithTheNameOfTheProvider() {
        Step<CallState, CallEffect> step = MACHINE.open(Failure.UNKNOWN_PROVIDER, "acme", NOW);

        assertEquals(
                new Step<CallState, CallEffect>(CLOSING, List.of(
                        new CallEffect.TellOffered(Failure.UNKNOWN_PROVIDER),
                        new CallEffect.TellEnded(1008, "Unknown provider: acme", null, Failure.UNKNOWN_PROVIDER),
                        new CallEffect.SendClose(1008, "Unknown provider: acme"))),
                step);
    }

    @Test
    void saysWhenItIsDue() {
        assertEquals(4_000, MACHINE.dueUs(greeting(Progress.NOTHING, false), NOW, 0));
        assertEquals(NOW + 5_000, MACHINE.dueUs(TALKING, NOW, 0));
        assertEquals(9_000, MACHINE.dueUs(TALKING, 8_000, 0));
        assertEquals(NOW + 2_000, MACHINE.dueUs(CLOSING, NOW, 0));
        assertEquals(Long.MAX_VALUE, MACHINE.dueUs(CLOSED, NOW, 0));
    }
}
