package io.agentstream.cli.audit;

import io.agentstream.cli.audit.RunRecords.Row;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.End;
import io.agentstream.schemas.Failure;
import io.agentstream.schemas.RunEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Finds what the sources disagree in about one call. Pure.
final class Judge {

    /// Of missing numbers so many ranges are named.
    private static final int MOST_RANGES = 5;

    private final LogEvidence log;
    private final Evidence call;
    private final List<Disagreement> found = new ArrayList<>();

    private Judge(LogEvidence log, Evidence call) {
        this.log = log;
        this.call = call;
    }

    /// Whether all there is to say of the call was said, so that what is missing is missing.
    static boolean isSettled(Window window, Evidence call) {
        return call.isOver()
                ? call.isTold() || call.newest().isBefore(window.now().minus(window.settledAfter()))
                : call.newest().isBefore(window.now().minus(window.quietAfter()));
    }

    /// What run and ledger, which are of one moment, say differently, and everything else of a call that is settled.
    static List<Disagreement> judge(Window window, LogEvidence log, Evidence call) {
        Judge judge = new Judge(log, call);
        Row row = call.row;
        if (row != null) {
            judge.found.addAll(MoneyJudge.judge(call, row));
        }
        if (isSettled(window, call)) {
            judge.socketAndRun();
            judge.numbers();
            judge.events();
            judge.found.addAll(FactsJudge.judge(window, call));
            if (row != null) {
                judge.found.addAll(ServicesJudge.judge(window, log, call, row));
            }
            call.unreadable.forEach(what -> judge.wrong(Kind.RECORD_UNREADABLE, what));
        }
        return judge.found;
    }

    private void wrong(Kind kind, String says) {
        found.add(call.disagreement(kind, says));
    }

    private boolean isOn(Instant from) {
        return call.callId.madeAtMs() >= from.toEpochMilli();
    }

    private void socketAndRun() {
        Row row = call.row;
        CallEvent.Ended ended = call.ended;
        if (row == null) {
            if (call.deleted) {
                return; // by whoever carries out retention
            }
            if (call.ref != null || call.facts != null) {
                wrong(Kind.RUN_NOT_IN_DATABASE, "its events and facts tell of a run that the database has not got");
            } else if (call.offered && call.refusal == null && !call.refused && ended != null && getsRun(ended.failure())) {
                wrong(Kind.CALL_WITHOUT_RUN, "it was offered and ended, and neither is there a run nor was one refused");
            }
            return;
        }
        if (!call.onLifecycle && isOn(log.lifecycleFrom())) {
            wrong(Kind.CALL_NOT_ON_LIFECYCLE, "call.lifecycle.v1 has nothing of the call of a run that is " + row.state());
            return;
        }
        if (call.endedOtherwise) {
            wrong(Kind.TWO_ENDS, "call.lifecycle.v1 has two ends of it that are not the same");
        }
        if (ended != null && !row.isOver()) {
            wrong(Kind.OPEN_IN_DATABASE, "its socket was closed at " + ended.at() + ", and the run is " + row.state());
        } else if (!call.isOver()) {
            wrong(Kind.NEVER_ENDED, "nobody has heard of it since " + call.newest() + ", and the run is " + row.state());
        } else if (ended == null && isOn(log.lifecycleFrom()) && isToldByGateways(row)) {
            wrong(Kind.END_NOT_ON_LIFECYCLE, "the run is " + how(row) + ", and call.lifecycle.v1 has no end of its call");
        }
    }

    private static boolean getsRun(@Nullable Failure failure) {
        return failure == null || failure.runFailure().isPresent();
    }

    /// Whether a gateway lives to tell of an end like this.
    private static boolean isToldByGateways(Row row) {
        return !"lost".equals(row.endBy()) && !"internal_error".equals(row.failureCode());
    }

    private static String how(Row row) {
        return row.state() + " (" + (row.endBy() != null ? row.endBy() : row.failureCode()) + ")";
    }

    private void numbers() {
        CallEvent.Ended ended = call.ended;
        if (call.frames > 0 && !call.onLifecycle && isOn(log.lifecycleFrom())) {
            wrong(Kind.MEDIA_WITHOUT_CALL, "call.media.v1 has " + call.frames + " records of it, call.lifecycle.v1 none");
        }
        Row row = call.row;
        if (call.frames > 0 && row != null && row.isOver() && row.startedAt() == null) {
            wrong(Kind.MEDIA_WITHOUT_TALK, "call.media.v1 has " + call.frames + " records of it, and it never came to talk");
        }
        if (call.twice.size() > 0) {
            wrong(Kind.NUMBER_TWICE, "more than one record has the number " + call.twice.smallest()
                    + (call.twice.largest() > call.twice.smallest() ? ", and so others up to " + call.twice.largest() : ""));
        }
        if (ended == null || call.newerWriter || !isOn(log.lifecycleFrom()) || !isOn(log.mediaFrom())) {
            return;
        }
        List<Numbers.Range> missing = call.numbers.missing(ended.seq());
        if (!missing.isEmpty()) {
            long count = missing.stream().mapToLong(range -> range.last() - range.first() + 1).sum();
            wrong(Kind.NUMBERS_MISSING, count + " of its " + ended.seq() + " records are neither on call.lifecycle.v1 nor on call.media.v1: "
                    + missing.stream().limit(MOST_RANGES).map(Numbers.Range::toString).collect(Collectors.joining(", "))
                    + (missing.size() > MOST_RANGES ? " and more" : ""));
        }
        if (call.numbers.largest() > ended.seq()) {
            wrong(Kind.NUMBER_AFTER_END, "its end has number " + ended.seq() + ", and there is a record with number "
                    + call.numbers.largest());
        }
    }

    private void events() {
        Row row = call.row;
        if (row == null || !isOn(log.eventsFrom())) {
            return;
        }
        if (!call.created) {
            wrong(Kind.EVENT_MISSING, "run.events.v1 does not say that it was created");
        }
        if (row.startedAt() != null && call.runningAt == null && !"replaced".equals(row.endBy())) {
            wrong(Kind.EVENT_MISSING, "run.events.v1 does not say that it was running");
        }
        RunEvent over = call.over;
        if (call.overOtherwise) {
            wrong(Kind.TWO_ENDS, "run.events.v1 has two ends of it that are not the same");
        }
        if (row.isOver() && over == null) {
            wrong(Kind.EVENT_MISSING, "run.events.v1 does not say that it is " + row.state());
        }
        if (call.ref != null && (call.ref.id() != row.id() || call.ref.organizationId() != row.organizationId()
                || call.ref.agentId() != row.agentId() || call.ref.agentVersion() != row.agentVersion())) {
            wrong(Kind.EVENT_DIFFERS, "run.events.v1 has it as run " + call.ref.id() + " of agent " + call.ref.agentId() + " of organisation "
                    + call.ref.organizationId() + ", the database as run " + row.id() + " of agent " + row.agentId()
                    + " of organisation " + row.organizationId());
        }
        if (over != null) {
            ended(row, over);
        }
    }

    private void ended(Row row, RunEvent over) {
        Told told = Told.of(over);
        Told stored = Told.of(row);
        String difference = stored.differenceTo(told);
        if (difference != null) {
            wrong(Kind.EVENT_DIFFERS, "the database and run.events.v1: " + difference);
        }
        CallEvent.Ended ended = call.ended;
        if (ended == null || over.after() != ended.seq()) {
            return; // it was decided by something else than the socket's end
        }
        String expected = expected(ended, row.startedAt() != null);
        if (!expected.equals(told.how())) {
            wrong(Kind.END_DIFFERS, "its socket ended as " + expected + ", and the run as " + told.how());
        }
        Instant startedAt = row.startedAt();
        Instant at = startedAt != null && ended.at().isBefore(startedAt) ? startedAt : ended.at();
        if (Math.abs(at.toEpochMilli() - over.at().toEpochMilli()) > 1) {
            wrong(Kind.END_DIFFERS, "its socket was closed at " + ended.at() + ", and the run ended at " + over.at());
        }
    }

    /// How a run ends whose socket has ended like this.
    private static String expected(CallEvent.Ended ended, boolean talked) {
        Failure failure = Objects.requireNonNullElse(ended.failure(), Failure.INTERNAL_ERROR);
        if (!talked) {
            return ended.end() == null
                    ? code(failure)
                    : code(ended.end() == End.CALLER_HANGUP ? Failure.ABANDONED : Failure.INTERNAL_ERROR);
        }
        if (ended.failure() == Failure.ABANDONED) {
            return lower(End.CALLER_HANGUP);
        }
        return ended.end() != null ? lower(ended.end()) : code(failure);
    }

    static String code(Failure failure) {
        return failure.runFailure().orElse(lower(failure));
    }

    static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
