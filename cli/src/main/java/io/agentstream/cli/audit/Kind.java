package io.agentstream.cli.audit;

import java.util.Locale;

/// What two records of the same call can disagree in.
public enum Kind {
    /// Events or facts tell of a run that the database has not got, and nobody has said that it was deleted.
    RUN_NOT_IN_DATABASE,
    /// A call that should have got a run, if a failed one, and has none.
    CALL_WITHOUT_RUN,
    /// The database has a run of whose call `call.lifecycle.v1` knows nothing.
    CALL_NOT_ON_LIFECYCLE,
    /// Nobody has said that the call is over, and nobody has heard of it for long.
    NEVER_ENDED,
    /// The socket is closed, and the run is open.
    OPEN_IN_DATABASE,
    /// The run is over, in a way that a gateway tells of, and none has.
    END_NOT_ON_LIFECYCLE,
    /// The run ended in another way, or at another time, than the socket that it was decided by.
    END_DIFFERS,
    /// Two ends of one call that are not the same.
    TWO_ENDS,
    /// What was decided of the run is not on `run.events.v1`.
    EVENT_MISSING,
    /// `run.events.v1` tells the run otherwise than the database.
    EVENT_DIFFERS,
    /// `runs.v1` has not got the run.
    FACTS_MISSING,
    /// `runs.v1` tells the run otherwise than the database, the socket or the run's events.
    FACTS_DIFFER,
    /// The run is over, and its facts are not final.
    FACTS_NOT_FINAL,
    /// The revision of the run's facts went back.
    FACTS_WENT_BACK,
    /// What its conversation told of its services comes to something else than the database or `runs.v1` has.
    SERVICES_DIFFER,
    /// Records of the call are missing, by their numbers.
    NUMBERS_MISSING,
    /// Two records of the call have the same number.
    NUMBER_TWICE,
    /// A record of the call has a number behind that of its end.
    NUMBER_AFTER_END,
    /// There is audio of a call that was never offered.
    MEDIA_WITHOUT_CALL,
    /// There is audio of a call that never came to talk.
    MEDIA_WITHOUT_TALK,
    /// A record of the call cannot be read, or is another call's.
    RECORD_UNREADABLE,
    /// The run costs something else than the ledger says.
    LEDGER_DIFFERS,
    /// The run costs something else than its seconds and its price come to.
    COST_WRONG,
    /// A second of talk is charged twice, or was never talked.
    CHARGED_TWICE,
    /// Money is held for a run that is over.
    MONEY_HELD,
    /// A user has something else than its entries come to.
    BALANCE_WRONG,
    /// `usage.v1` has another sum for a minute than the runs that ended in it.
    USAGE_DIFFERS;

    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
