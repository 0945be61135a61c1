package io.agentstream.orchestrator.erase;

import io.agentstream.orchestrator.decide.Greeting;
import io.agentstream.orchestrator.decide.RunDecisions;
import io.agentstream.orchestrator.decide.Samples;
import io.agentstream.orchestrator.decide.Tenant;
import io.agentstream.orchestrator.decide.TenantCalls;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.RunEvents.Source;
import io.agentstream.orchestrator.store.RunKeys;
import io.agentstream.orchestrator.store.RunWords;
import io.agentstream.orchestrator.store.Sql;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.CallKeys;
import io.agentstream.schemas.CallSecrets;
import io.agentstream.schemas.ConversationEvent;
import io.agentstream.schemas.End;
import io.agentstream.schemas.SealKey;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/// A call of a caller of its own that talked: with a number, words, and keys, all of which can be looked for in the whole database.
public record TalkedAbout(Tenant tenant, CallId call, String number, String words, CallKeys keys) {

    public static final CallSecrets.Wrapping WRAPPING = new CallSecrets.Wrapping(List.of(SealKey.generate(new SecureRandom())));

    /// By when it is over, whatever became of it.
    static final Instant OVER = Samples.T0.plusSeconds(200);

    private static final AtomicLong OFFSETS = new AtomicLong();

    /// @param sealed whether its gateway sealed it
    static TalkedAbout begin(Tenant tenant, boolean sealed) throws InterruptedException {
        String number = "+1555" + ThreadLocalRandom.current().nextLong(1_000_000_000L, 9_999_999_999L);
        CallEvent.Offered offer = tenant.offer().from(number).build();
        CallKeys keys = WRAPPING.wrap(offer.callId(), offer.at(), WRAPPING.generate());
        TenantCalls calls = new TenantCalls(tenant);
        calls.decisions().offered(offer, sealed ? keys : null, Greeting.NONE, source(), () -> Samples.T0.plusSeconds(1));
        calls.start(offer.callId());
        TalkedAbout talked = new TalkedAbout(tenant, offer.callId(), number, "words-" + UUID.randomUUID(), keys);
        talked.heard(1);
        return talked;
    }

    static TalkedAbout ended(Tenant tenant, boolean sealed) throws InterruptedException {
        TalkedAbout talked = begin(tenant, sealed);
        talked.end();
        return talked;
    }

    private static Source source() {
        return new Source("eraser-test", 0, OFFSETS.incrementAndGet());
    }

    private RunDecisions decisions() {
        return new TenantCalls(tenant).decisions();
    }

    void heard(long n) {
        decisions().said(
                new ConversationEvent.Heard(call, n, 3, Samples.T0.plusSeconds(n), 1, words, null, 500L, 1), source());
    }

    void end() {
        new TenantCalls(tenant).end(call, Duration.ofSeconds(90), End.CALLER_HANGUP);
    }

    long runId() {
        return tenant.run(call).orElseThrow().id();
    }

    CallKeys keptKeys() {
        return tenant.database().withConnection(c -> RunKeys.find(c, call)).orElseThrow();
    }

    /// All that is kept of its events.
    List<String> story() {
        return tenant.database().withConnection(c -> Sql.query(
                c, "select payload::text from run_events e join runs r on r.id = e.run_id where r.call_id = ?",
                row -> row.getString(1), call.value()));
    }

    boolean anywhere(String text) {
        return everywhere(tenant.database(), text);
    }

    /// Its words are looked through, where anything is due of it.
    void index() {
        tenant.database().inTransaction(c -> {
            RunWords.write(c, runId());
            return true;
        });
    }

    /// Whether there is a row of words by which it can be found.
    boolean isIndexed() {
        return tenant.database().withConnection(c ->
                        Sql.query(c, "select 1 from run_words where run_id = ?", row -> true, runId()))
                .size() > 0;
    }

    /// Whether it stands in any row of any table.
    static boolean everywhere(Database database, String text) {
        return database.withConnection(connection -> {
            for (String table : Sql.query(
                    connection, "select tablename from pg_tables where schemaname = 'public'", row -> row.getString(1))) {
                if (Sql.first(
                                connection, "select 1 from " + table + " t where position(? in t::text) > 0 limit 1",
                                row -> true, text)
                        .isPresent()) {
                    return true;
                }
            }
            return false;
        });
    }
}
