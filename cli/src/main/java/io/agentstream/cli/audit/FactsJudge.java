package io.agentstream.cli.audit;

import io.agentstream.cli.audit.RunRecords.Row;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.RunFacts;
import io.agentstream.schemas.SocketFacts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// Finds what `runs.v1` and the others disagree in. Pure.
final class FactsJudge {

    /// How long the facts of a run wait of whose socket nobody says that it closed, and a minute for whoever writes them.
    private static final Duration WITHOUT_SOCKET = Duration.ofMinutes(11);

    private final Evidence call;
    private final List<Disagreement> found = new ArrayList<>();

    private FactsJudge(Evidence call) {
        this.call = call;
    }

    static List<Disagreement> judge(Window window, Evidence call) {
        FactsJudge judge = new FactsJudge(call);
        Row row = call.row;
        if (call.wentBack) {
            judge.wrong(Kind.FACTS_WENT_BACK, "the revisions of its facts went back");
        }
        if (row == null) {
            return judge.found;
        }
        RunFacts facts = call.facts;
        if (facts == null) {
            judge.wrong(Kind.FACTS_MISSING, "runs.v1 "
                    + (call.deleted ? "says that it was deleted, and the database has it" : "has not got it") + "; it is " + row.state());
            return judge.found;
        }
        judge.compare(row, facts);
        boolean waits = call.ended == null && !call.newest().isBefore(window.now().minus(WITHOUT_SOCKET));
        if (row.isOver() && !waits && !Boolean.TRUE.equals(facts.isFinal())) {
            judge.wrong(Kind.FACTS_NOT_FINAL, "it is over since " + row.endedAt() + ", and its facts are not final");
        }
        return judge.found;
    }

    private void wrong(Kind kind, String says) {
        found.add(call.disagreement(kind, says));
    }

    private void compare(Row row, RunFacts facts) {
        String difference = Told.of(row).differenceTo(Told.of(facts));
        if (difference != null) {
            wrong(Kind.FACTS_DIFFER, "the database and runs.v1: " + difference);
        }
        if (!Told.isSame(row.startedAt(), facts.startedAt()) && !"replaced".equals(row.endBy())) {
            wrong(Kind.FACTS_DIFFER, "the database and runs.v1: running since " + row.startedAt() + " against " + facts.startedAt());
        }
        if (facts.run().id() != row.id() || facts.run().organizationId() != row.organizationId()
                || facts.run().agentId() != row.agentId()) {
            wrong(Kind.FACTS_DIFFER, "runs.v1 has it as run " + facts.run().id() + " of agent " + facts.run().agentId()
                    + " of organisation " + facts.run().organizationId());
        }
        CallEvent.Ended ended = call.ended;
        if (ended != null) {
            socket(ended, Objects.requireNonNullElse(facts.socket(), SocketFacts.NONE));
        }
    }

    private void socket(CallEvent.Ended ended, SocketFacts socket) {
        if (!Objects.equals(socket.closeCode(), ended.closeCode()) || !Objects.equals(socket.records(), ended.seq())
                || !Objects.equals(socket.playedMs(), ended.playedMs()) || !Told.isSame(socket.closedAt(), ended.at())) {
            wrong(Kind.FACTS_DIFFER, "call.lifecycle.v1 and runs.v1 tell the end of its socket differently: closed with "
                    + ended.closeCode() + " after " + ended.seq() + " records and " + ended.playedMs() + " ms heard, against "
                    + socket.closeCode() + ", " + socket.records() + " and " + socket.playedMs());
        }
    }
}
