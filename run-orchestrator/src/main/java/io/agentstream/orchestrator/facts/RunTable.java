package io.agentstream.orchestrator.facts;

import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CarrierFacts;
import io.agentstream.schemas.ConversationEvent;
import io.agentstream.schemas.ConversationEvent.Party;
import io.agentstream.schemas.Failure;
import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.ServiceUse;
import io.agentstream.schemas.SocketFacts;
import io.agentstream.schemas.StageFacts;
import io.agentstream.schemas.TalkFacts;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One row of `runs.v1`: what is known of a call after one more record. Whatever comes again changes nothing, and what of one call
/// is on different topics may be read in any order. Pure; any thread.
final class RunTable {

    /// What a provider says of calls that it places for us.
    private static final String OUTBOUND = "outbound-api";

    private RunTable() {}

    static Known next(Known known, RunEvent event) {
        return known.with(RunPart.next(known.run(), event), event.at());
    }

    static Known next(Known known, CallEvent event) {
        SocketFacts socket = known.socket();
        return switch (event) {
            case CallEvent.Offered e -> known.with(
                    new SocketFacts(
                            e.at(), socket.introducedAt(), socket.firstHeardAt(), socket.firstPlayedAt(), socket.closedAt(),
                            socket.closeCode(), socket.playedMs(), socket.oddMessages(), socket.records(), socket.media()),
                    e.provider(), known.direction(), known.carrier(), e.at());
            case CallEvent.Started e -> known.with(
                    new SocketFacts(
                            socket.acceptedAt(), e.at(), socket.firstHeardAt(), socket.firstPlayedAt(), socket.closedAt(),
                            socket.closeCode(), socket.playedMs(), socket.oddMessages(), socket.records(), socket.media()),
                    known.provider(), OUTBOUND.equals(e.context()) ? "outbound" : "inbound",
                    CarrierFacts.of(e.domain(), e.session(), e.callSid(), e.streamSid()), e.at());
            case CallEvent.Alive alive -> known;
            case CallEvent.Ended e -> known.with(
                    new SocketFacts(
                            socket.acceptedAt(), socket.introducedAt(), e.firstHeardAt(), e.firstPlayedAt(), e.at(),
                            e.closeCode(), e.playedMs(), e.oddMessages(), e.seq(), e.media()),
                    known.provider(), known.direction(), known.carrier(), e.at());
        };
    }

    /// Whether the event says that there is no run and never will be, so that nothing needs to be kept of the call.
    static boolean hasNoRun(CallEvent event) {
        return event instanceof CallEvent.Ended ended && ended.failure() != null && ended.failure() != Failure.OTHER
                && ended.failure().runFailure().isEmpty();
    }

    /// A conversation's events are numbered, and the epoch of whoever goes on with it is larger: what is older than the newest came
    /// before, or is of a worker that is not believed.
    static Known next(Known known, ConversationEvent event) {
        TalkFacts talk = known.talk();
        Integer ofWriter = event.epoch();
        int epoch = ofWriter == null ? talk.epoch() : ofWriter;
        boolean newer = epoch > talk.epoch() || (epoch == talk.epoch() && event.number() > talk.number());
        String achieved = event instanceof ConversationEvent.NodeEntered entered ? entered.outcome() : null;
        return newer ? known.with(told(talk, event, epoch), achieved, event.at()) : known;
    }

    private static TalkFacts told(TalkFacts talk, ConversationEvent event, int epoch) {
        Talk next = new Talk(talk);
        next.epoch = epoch;
        next.number = event.number();
        switch (event) {
            case ConversationEvent.Began e -> next.beganAt = first(next.beganAt, e.at());
            case ConversationEvent.TurnStarted e -> {
                next.turns = Math.max(next.turns, e.turn());
                if (e.by() == Party.AGENT) {
                    next.agentTurns++;
                } else if (e.by() == Party.CALLER) {
                    next.callerTurns++;
                }
            }
            case ConversationEvent.Heard e -> next.heard(e);
            case ConversationEvent.Said e -> {
                next.agentMs += e.playedMs();
                next.stages = StageFacts.plus(next.stages, e.stages());
            }
            case ConversationEvent.Interrupted e -> next.interruptions++;
            case ConversationEvent.NodeEntered e -> { } // the agent's own matter, but for what is achieved by it
            case ConversationEvent.ToolCalled e -> {
                next.tools += e.hasAnswered() ? 1 : 0;
                next.transferAskedAt = e.transfer() == null ? next.transferAskedAt : e.at();
            }
            case ConversationEvent.Latency e -> next.waited(e);
            case ConversationEvent.HungUp e -> { } // the run says how it ended
            case ConversationEvent.Resumed e -> {
                next.resumed++;
                next.gapMs += e.gapMs();
            }
            case ConversationEvent.Used e -> next.services = ServiceUse.sum(next.services == null ? List.of() : next.services, e.services());
        }
        return next.facts();
    }

    /// Nothing is known of the silence where the engine tells no turns, as that of an echo: nobody said how long anybody spoke.
    static TalkFacts withSilence(TalkFacts talk, long durationMs) {
        if (talk.turns() == 0) {
            return talk;
        }
        Talk next = new Talk(talk);
        next.silenceMs = Math.max(0, durationMs - talk.callerMs() - talk.agentMs());
        return next.facts();
    }

    private static Instant first(@Nullable Instant known, Instant at) {
        return known == null || at.isBefore(known) ? at : known;
    }

    /// [TalkFacts] while one event is added to them.
    private static final class Talk {
        @Nullable Instant beganAt;
        int turns;
        int agentTurns;
        int callerTurns;
        int interruptions;
        int keys;
        int tools;
        @Nullable Instant firstSpeechAt;
        @Nullable Instant lastSpeechAt;
        long callerMs;
        long agentMs;
        @Nullable Long silenceMs;
        int replies;
        long replyMs;
        @Nullable Long longestReplyMs;
        int resumed;
        long gapMs;
        int epoch;
        long number;
        @Nullable Instant transferAskedAt;
        @Nullable List<ServiceUse> services;
        @Nullable StageFacts stages;
        @Nullable Long greetingMs;

        Talk(TalkFacts from) {
            beganAt = from.beganAt();
            turns = from.turns();
            agentTurns = from.agentTurns();
            callerTurns = from.callerTurns();
            interruptions = from.interruptions();
            keys = from.keys();
            tools = from.tools();
            firstSpeechAt = from.firstSpeechAt();
            lastSpeechAt = from.lastSpeechAt();
            callerMs = from.callerMs();
            agentMs = from.agentMs();
            silenceMs = from.silenceMs();
            replies = from.replies();
            replyMs = from.replyMs();
            longestReplyMs = from.longestReplyMs();
            resumed = from.resumed();
            gapMs = from.gapMs();
            epoch = from.epoch();
            number = from.number();
            transferAskedAt = from.transferAskedAt();
            services = from.services();
            stages = from.stages();
            greetingMs = from.greetingMs();
        }

        void heard(ConversationEvent.Heard event) {
            Long speechMs = event.speechMs();
            if (speechMs == null) { // then a key was pressed; which one may be sealed
                keys++;
            } else {
                callerMs += speechMs;
                firstSpeechAt = first(firstSpeechAt, event.at().minusMillis(speechMs));
                lastSpeechAt = event.at();
            }
        }

        void waited(ConversationEvent.Latency event) {
            if (!event.what().equals("first_played")) {
                return;
            }
            if (isAnswer(event.turn())) {
                replies++;
                replyMs += event.ms();
                longestReplyMs = Math.max(longestReplyMs == null ? 0 : longestReplyMs, event.ms());
            } else if (greetingMs == null) {
                greetingMs = event.ms();
            }
        }

        /// Whether the caller had said something before that turn of the agent. That its first sound was heard may be told after the caller's
        /// turn has begun that cuts it off, which is then the newest.
        private boolean isAnswer(int turn) {
            return callerTurns > (turns > turn ? 1 : 0);
        }

        TalkFacts facts() {
            return new TalkFacts(
                    beganAt, turns, agentTurns, callerTurns, interruptions, keys, tools, firstSpeechAt, lastSpeechAt, callerMs,
                    agentMs, silenceMs, replies, replyMs, longestReplyMs, resumed, gapMs, epoch, number, transferAskedAt,
                    services, stages, greetingMs);
        }
    }
}
