package io.agentstream.orchestrator.decide;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.decide.Verdicts.Session;
import io.agentstream.orchestrator.store.RunEvents.Source;
import io.agentstream.orchestrator.store.SignsOfLife;
import io.agentstream.orchestrator.store.Transfers;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.ConversationEvent;
import io.agentstream.schemas.End;
import io.agentstream.schemas.Failure;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.SocketCommand;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/// The calls of one organisation, and what is decided on them a second after they came.
public record TenantCalls(Tenant tenant, RunDecisions decisions) {

    static final Instant NOW = Samples.T0.plusSeconds(1);

    private static final InstantSource SYSTEM = InstantSource.system();

    private static final AtomicLong OFFSETS = new AtomicLong();

    public TenantCalls(Tenant tenant) {
        this(tenant, new RunDecisions(tenant.database(), new Tariff(new BigDecimal("0.10")), Duration.ofSeconds(10)));
    }

    /// Whoever reads the calls' records, and has read them all.
    public static final Transfers.Heard ALL = new Transfers.Heard("decisions-test", List.of(0));

    /// A place in the log that nothing else has.
    Source source() {
        return new Source(ALL.topic(), 0, OFFSETS.incrementAndGet());
    }

    public Decision offer(CallEvent.Offered offer) {
        Source source = source();
        return untilDecided(() -> decisions.offered(offer, source, () -> NOW));
    }

    Decision offer(CallEvent.Offered offer, Greeting greeting) {
        Source source = source();
        return untilDecided(() -> decisions.offered(offer, null, greeting, source, () -> NOW));
    }

    /// What a socket says of itself as soon as it is heard.
    static Greeting says(CallId call, String session) {
        return _ -> Optional.of(Samples.started().of(call).session(session).build());
    }

    @FunctionalInterface
    interface Deciding<X extends Exception> {
        Decision decide() throws X;
    }

    /// As whoever reads the log does it: what cannot be decided now, because others are decided on, is decided later.
    static <X extends Exception> Decision untilDecided(Deciding<X> deciding) throws X {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (true) {
            try {
                return deciding.decide();
            } catch (NotNowException later) {
                if (System.nanoTime() > deadlineNs) {
                    throw later;
                }
            }
        }
    }

    CallId admitted() {
        CallEvent.Offered offer = tenant.offer().build();
        offer(offer);
        return offer.callId();
    }

    CallId offerWithoutDomain() {
        CallEvent.Offered offer = tenant.offer().domain(null).build();
        offer(offer);
        return offer.callId();
    }

    public Decision start(CallEvent.Started start) throws InterruptedException {
        return start(start, Session.LIVE);
    }

    Decision start(CallEvent.Started start, Session session) throws InterruptedException {
        ProofPlan plan = decisions.plan(start).orElseThrow();
        Source source = source();
        return untilDecided(() -> decisions.started(plan.answered(start, session), source, () -> NOW));
    }

    Decision start(CallId call, InstantSource clock) throws InterruptedException {
        CallEvent.Started start = Samples.started().of(call).build();
        ProofPlan plan = decisions.plan(start).orElseThrow();
        Source source = source();
        return untilDecided(() -> decisions.started(plan.answered(start, Session.LIVE), source, clock));
    }

    public Decision start(CallId call) throws InterruptedException {
        return start(Samples.started().of(call).build(), Session.LIVE);
    }

    CallId running() throws InterruptedException {
        CallId call = admitted();
        assertEquals("running", start(call).outcome());
        return call;
    }

    /// A running call of which a worker has said at once that it holds the conversation.
    CallId talking() throws InterruptedException {
        CallId call = running();
        begins(call);
        return call;
    }

    /// A worker says that it holds the conversation.
    public void begins(CallId call) {
        begins(call, NOW);
    }

    void begins(CallId call, Instant at) {
        assertTrue(decisions.said(new ConversationEvent.Began(call, 1, 2, at, 3), source()));
    }

    /// The call's gateway gives a sign of life at the one time, which is read at the other.
    public void alive(CallId call, Instant at, Instant readAt) {
        tenant.database().withConnection(c -> SignsOfLife.touch(c, List.of(new SignsOfLife.Sign(call.value(), at)), readAt));
    }

    /// A running call of that session.
    public CallId running(String session) throws InterruptedException {
        CallId call = admitted();
        start(Samples.started().of(call).session(session).build(), Session.LIVE);
        return call;
    }

    /// An agent wants the caller given to somebody else.
    ///
    /// @param number of the event within its conversation
    public void asksForTransfer(CallId call, long number, String key, String to) {
        asksForTransfer(call, SYSTEM.instant(), number, key, to);
    }

    /// As above, at that time.
    public void asksForTransfer(CallId call, Instant at, long number, String key, String to) {
        ConversationEvent event = new ConversationEvent.ToolCalled(
                call, number, 3, at, 1, "desk", Json.MAPPER.createObjectNode().put("to", to).put("ring_ms", 20_000), null, 4, null, key, null);
        assertTrue(decisions.said(event, source()));
    }

    /// As [#asksForTransfer], of somebody who is told first what it is about.
    public void asksForWarmTransfer(CallId call, long number, String key, String to) {
        var arguments = Json.MAPPER.createObjectNode()
                .put("to", to).put("ring_ms", 20_000).put("summary", "A call about a boat.").put("question", "Press 1.").put("language", "en-US")
                .put("answer_ms", 60_000);
        ConversationEvent event = new ConversationEvent.ToolCalled(call, number, 3, SYSTEM.instant(), 1, "desk", arguments, null, 4, null, key, null);
        assertTrue(decisions.said(event, source()));
    }

    public Decision ended(CallId call, End end) {
        return end(call, Duration.ofSeconds(3), end);
    }

    public Decision end(CallId call, Duration after, End end) {
        CallEvent.Ended ended = Samples.ended(call, NOW.plus(after), end);
        Source source = source();
        return untilDecided(() -> decisions.ended(ended, source));
    }

    /// As [#ended], at that time; nothing where nobody knows whether its caller was brought away.
    public Optional<Decision> endedIfKnown(CallId call, Instant at, End end) {
        return decisions.endedIfKnown(Samples.ended(call, at, end), source(), Begun.KEPT);
    }

    static Failure failure(Decision decision) {
        return ((SocketCommand.Close) decision.commands().getLast()).failure();
    }
}
