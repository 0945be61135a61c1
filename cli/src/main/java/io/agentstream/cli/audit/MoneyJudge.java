package io.agentstream.cli.audit;

import io.agentstream.cli.audit.RunRecords.Row;
import io.agentstream.orchestrator.decide.Tariff;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.Failure;
import io.agentstream.schemas.RunEvent;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Finds what a run and the ledger disagree in, which were read in one statement. Pure.
final class MoneyJudge {

    private MoneyJudge() {}

    static List<Disagreement> judge(Evidence call, Row row) {
        List<Disagreement> found = new ArrayList<>();
        BigDecimal price = row.pricePerMinute();
        if (price == null) {
            return found; // of before there was a ledger
        }
        if (row.cost().compareTo(row.charged()) != 0) {
            found.add(call.disagreement(Kind.LEDGER_DIFFERS,
                    "the run costs " + Told.plain(row.cost()) + ", and its entries in the ledger come to " + Told.plain(row.charged())));
        }
        if (row.entriesOfOthers() > 0) {
            found.add(call.disagreement(Kind.LEDGER_DIFFERS, row.entriesOfOthers() + " of its entries in the ledger are not its owner's"));
        }
        if (row.chargedSeconds() > row.lastSecond()) {
            found.add(call.disagreement(Kind.CHARGED_TWICE,
                    row.chargedSeconds() + " seconds are charged, and they end with second " + row.lastSecond()));
        }
        if (!row.isOver()) {
            return found;
        }
        if (row.metered()) {
            found.add(call.disagreement(Kind.MONEY_HELD, "the run is " + row.state() + ", and money may still be held for it"));
        }
        Instant startedAt = row.startedAt();
        Instant endedAt = row.endedAt();
        int seconds = startedAt == null || endedAt == null ? 0 : Tariff.startedSeconds(startedAt, endedAt);
        BigDecimal talk = new Tariff(price).cost(seconds);
        Optional<Boolean> paid = isPaid(call, row);
        boolean free = row.cost().signum() == 0 && !paid.orElse(false);
        boolean full = row.cost().compareTo(talk) == 0 && paid.orElse(true);
        if (!free && !full) {
            String why = paid.orElse(true) ? "" : ", but " + free(row) + " and is to cost nothing";
            found.add(call.disagreement(Kind.COST_WRONG, "the run costs " + Told.plain(row.cost()) + ", and " + seconds
                    + " seconds at " + Told.plain(price) + " a minute come to " + Told.plain(talk) + why));
        }
        return found;
    }

    private static String free(Row row) {
        return isPeers(row).orElse(true) ? "nobody served it" : "it failed through no doing of its peer (" + row.failureCode() + ")";
    }

    /// Whether its talk is to be paid: a call that somebody served and that ended as calls do, or that its peer broke, is; one that we broke is not.
    /// Nothing where either may be right.
    private static Optional<Boolean> isPaid(Evidence call, Row row) {
        return isPeers(row).flatMap(peers -> peers ? isServed(call, row) : Optional.of(false));
    }

    /// Whether it did not fail, or failed through its peer. Nothing where it failed in a way that only another version knows.
    private static Optional<Boolean> isPeers(Row row) {
        return row.state().equals("failed")
                ? Stream.of(Failure.values())
                        .filter(failure -> failure.runFailure().equals(Optional.ofNullable(row.failureCode())))
                        .map(Tariff::isPaid)
                        .findFirst()
                : Optional.of(true);
    }

    /// Whether its caller heard the agent, or a worker held its conversation before it ended. Nothing where that became known when it was decided
    /// already, as of a call that was lost or replaced it does by the socket's end, where nobody has said how the socket ended, or where it ended
    /// before there were orchestrators that asked: those charged the talk of every call.
    private static Optional<Boolean> isServed(Evidence call, Row row) {
        CallEvent.Ended ended = call.ended;
        RunEvent over = call.over;
        if (row.attendedInTime()) {
            return Optional.of(true);
        }
        if (ended == null || (over != null && over.after() < ended.seq())) {
            return Optional.empty();
        }
        if (ended.firstPlayedAt() != null) {
            return Optional.of(true);
        }
        return row.attended() || isOfBefore(row) ? Optional.empty() : Optional.of(false);
    }

    private static boolean isOfBefore(Row row) {
        Instant endedAt = row.endedAt();
        Instant upgradedAt = row.upgradedAt();
        return endedAt != null && upgradedAt != null && endedAt.isBefore(upgradedAt);
    }
}
