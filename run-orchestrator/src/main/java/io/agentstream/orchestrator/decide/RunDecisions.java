package io.agentstream.orchestrator.decide;

import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.RunEvents.Source;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.CallKeys;
import io.agentstream.schemas.ConversationEvent;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The one way to a decision about a run. Each is one transaction: it reads the state and the facts, asks [RunMachine], and does
/// its effects. A record that comes again changes nothing, and yields nothing but what was not said yet. Any thread; blocks on
/// the database and throws what it throws.
///
/// Who waits for an organisation's turn, or for its rate, holds no connection: others go on with them. What time it is is asked inside
/// the transaction, once the locks are held: whoever has waited for them has not grown old by it.
public final class RunDecisions {

    /// How long an end, or what was said, waits for its turn before it is tried again.
    private static final Duration TURN = Duration.ofSeconds(5);

    private final Admissions admissions;
    private final Proofs proofs;
    private final Endings endings;
    private final Stories stories;
    private final Metering metering;
    private final Owners owners;
    private final Turns plans;
    private final Turns ends;
    private final Turns words;

    public RunDecisions(Database database, Tariff tariff, Duration handshakeTimeout) {
        Charges charges = new Charges(tariff);
        // Of one organisation: a sixth of the connections each for offers, for what starts ask first, for starts and for ends, and half for what is said.
        int atOnce = Math.max(2, database.poolSize() / 6);
        this.owners = new Owners(database, atOnce);
        this.plans = new Turns(atOnce); // not those of starts: what is decided is said again without a turn, and is asked for first
        this.ends = new Turns(atOnce);
        this.words = new Turns(Math.max(2, database.poolSize() / 2));
        this.admissions = new Admissions(database, tariff, handshakeTimeout, owners, atOnce);
        this.endings = new Endings(database, charges);
        this.proofs = new Proofs(database, charges, endings, handshakeTimeout, atOnce);
        this.metering = new Metering(database, charges);
        this.stories = new Stories(database);
    }

    /// Whether the call is let in.
    public Decision offered(CallEvent.Offered offer, Source source, InstantSource clock) {
        return offered(offer, null, Greeting.NONE, source, clock);
    }

    /// As above, of a call that may be sealed, and that may only take over another one.
    ///
    /// @param keys kept with the run
    /// @param greeting asked for a second at most, where all places are taken or the money is used up
    public Decision offered(
            CallEvent.Offered offer, @Nullable CallKeys keys, Greeting greeting, Source source, InstantSource clock) {
        return admissions.offered(offer, keys, greeting, source, clock);
    }

    /// What it takes to prove a call that has started; nothing where there is nothing to prove.
    ///
    /// @throws NotNowException where too many calls of the organisation start at once
    public Optional<ProofPlan> plan(CallEvent.Started start) {
        return inTurn(plans, start.callId(), () -> proofs.plan(start));
    }

    /// Whether the call may talk.
    ///
    /// @throws NotNowException where too many calls of the organisation start at once
    public Decision started(ProofPlan.Answered answered, Source source, InstantSource clock) throws InterruptedException {
        return proofs.started(answered, source, clock);
    }

    /// How the call ended, of whose conversation everything is kept.
    ///
    /// @throws NotNowException where too many calls of the organisation end at once
    public Decision ended(CallEvent.Ended end, Source source) {
        return ended(end, source, Begun.KEPT);
    }

    /// How the call ended. A caller who may have been brought away counts as that, and a conversation of which nobody knows has not begun.
    ///
    /// @throws NotNowException where too many calls of the organisation end at once
    public Decision ended(CallEvent.Ended end, Source source, Begun begun) {
        return inTurn(ends, end.callId(), () -> endings.ended(end, source, begun, true));
    }

    /// As [#ended]; nothing where nobody knows whether the caller was brought away, or served, which can be found out first.
    ///
    /// @throws NotNowException where too many calls of the organisation end at once
    public Optional<Decision> endedIfKnown(CallEvent.Ended end, Source source, Begun begun) {
        try {
            return Optional.of(inTurn(ends, end.callId(), () -> endings.ended(end, source, begun, false)));
        } catch (InDoubtException unknown) {
            return Optional.empty();
        }
    }

    /// Closes the run of a call that nobody has heard of since `before`; empty where somebody has.
    public Decision quiet(CallId callId, Instant before) {
        return endings.quiet(callId, before);
    }

    /// Closes the running run of a call whose conversation has not begun; empty where it has.
    public Decision neverBegan(CallId callId, InstantSource clock) {
        return endings.neverBegan(callId, clock);
    }

    /// Closes the running run of a call when there is no worker left to hold its conversation.
    public Decision unattended(CallId callId, InstantSource clock) {
        return endings.unattended(callId, clock);
    }

    /// Reads the meter of a running run where it is due: charges its talk, and where its owner's money is used up orders its call
    /// to end.
    ///
    /// @param grace how long the agent may take to finish its sentence
    public Decision metered(CallId callId, Duration grace, InstantSource clock) {
        return metering.read(callId, grace, clock);
    }

    /// Adds an event of the conversation to the run's story; one whose call has no run is nobody's.
    ///
    /// @return false where the event is not believed, because a worker that came after its writer has said something of the call
    /// @throws NotNowException where too much is said in calls of the organisation at once
    public boolean said(ConversationEvent event, Source source) {
        return inTurn(words, event.callId(), () -> stories.said(event, source));
    }

    private <T> T inTurn(Turns turns, CallId call, Supplier<T> work) {
        try {
            return turns.take(owners.ofCall(call, TURN), TURN, work);
        } catch (InterruptedException stopping) {
            throw NotNowException.stopping(stopping);
        }
    }
}
