/// Compares what the database, the ledger, the topics and the facts say of the same calls.
///
/// What is compared is a stretch of calls by the time in their [io.agentstream.schemas.CallId]: every source names a call by it, so all
/// of them agree on which calls are meant. Evidence is gathered for as many calls as memory is given to, judged, and let go of.
@NullMarked
package io.agentstream.cli.audit;

import org.jspecify.annotations.NullMarked;
