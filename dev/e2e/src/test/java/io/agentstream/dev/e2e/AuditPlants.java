package io.agentstream.dev.e2e;

import io.agentstream.cli.audit.Kind;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Codec.Decoded;
import io.agentstream.schemas.ConversationEvent;
import io.agentstream.schemas.End;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.RunFacts;
import io.agentstream.schemas.ServiceUse;
import io.agentstream.schemas.Topic;
import io.agentstream.schemas.Topics;
import io.agentstream.schemas.Usage;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// Makes records disagree, each time those of another run, and remembers what has to be found. One thread.
final class AuditPlants {

    private final Connection database;
    private final Producer<byte[], byte[]> producer;
    private final Deque<RunFacts> victims;
    private final List<Planted> planted = new ArrayList<>();

    /// @param about the name of a run; a call where it has none; how the sentence begins where neither is sure to be named
    record Planted(Kind kind, String about) {}

    /// @param victims completed runs, one for each kind
    AuditPlants(Connection database, Producer<byte[], byte[]> producer, List<RunFacts> victims) {
        this.database = database;
        this.producer = producer;
        this.victims = new ArrayDeque<>(victims);
    }

    List<Planted> planted() {
        producer.flush();
        return planted;
    }

    private RunFacts next(Kind... kinds) {
        RunFacts victim = victims.removeFirst();
        for (Kind kind : kinds) {
            planted.add(new Planted(kind, victim.run().name()));
        }
        return victim;
    }

    private void update(String sql, Object... parameters) throws SQLException {
        try (PreparedStatement statement = database.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            statement.executeUpdate();
        }
    }

    private <V> void send(Topic<V> topic, CallId call, @Nullable V value) {
        producer.send(new ProducerRecord<>(topic.name(), call.toKey(), value == null ? null : topic.codec().encode(value)));
    }

    /// What is told of services otherwise than it was used: these agents use none.
    void inTheServices() throws SQLException {
        ServiceUse brain = new ServiceUse(ServiceUse.Role.BRAIN, "openai", "m-1", false, 3, 0, 360, 0, 36, 0, 0, 0, 0);
        update(
                "update runs set services = ?::jsonb where id = ?", Json.MAPPER.writeValueAsString(List.of(brain)),
                next(Kind.SERVICES_DIFFER).run().id());
        RunFacts told = next(Kind.SERVICES_DIFFER);
        send(Topics.CONVERSATION_EVENTS, told.callId(), new ConversationEvent.Used(
                told.callId(), 1_000, records(told), Instant.now(), List.of(brain), Integer.MAX_VALUE));
    }

    /// What the database says otherwise than the topics.
    void inTheDatabase() throws SQLException {
        update("update runs set end_by = 'idle' where id = ?", next(Kind.EVENT_DIFFERS, Kind.FACTS_DIFFER).run().id());
        update(
                "update runs set state = 'running', end_by = null, ended_at = null, close_code = null where id = ?",
                next(Kind.OPEN_IN_DATABASE).run().id());
        long gone = next(Kind.RUN_NOT_IN_DATABASE).run().id();
        update("delete from run_events where run_id = ?", gone);
        update("delete from runs where id = ?", gone);
        CallId invented = CallId.of(System.currentTimeMillis(), 1, 2);
        update(
                """
                insert into runs (call_id, organization_id, agent_id, owner_user_id, agent_version, mode, call_type, state, gateway_slot,
                                  cost, price_per_minute, started_at, ended_at, end_by)
                select ?, organization_id, agent_id, owner_user_id, agent_version, mode, call_type, state, gateway_slot,
                       0, 0, started_at, started_at, end_by
                  from runs where id = ?
                """,
                invented.value(), victims.getFirst().run().id());
        planted.add(new Planted(Kind.CALL_NOT_ON_LIFECYCLE, "call " + invented));
        planted.add(new Planted(Kind.FACTS_MISSING, "call " + invented));
    }

    /// What run and ledger say of money.
    void inTheLedger() throws SQLException {
        update("update runs set cost = cost + 1 where id = ?", next(Kind.LEDGER_DIFFERS, Kind.COST_WRONG).run().id());
        update("update runs set price_per_minute = price_per_minute * 2 where id = ?", next(Kind.COST_WRONG).run().id());
        String entry = """
                insert into ledger (organization_id, user_id, run_id, kind, amount, balance, from_second, to_second, reference)
                select organization_id, owner_user_id, id, 'charge', -0.01, null, 1, 2, '' from runs where id = ?
                """;
        update(entry, next(Kind.CHARGED_TWICE, Kind.LEDGER_DIFFERS, Kind.BALANCE_WRONG).run().id()); // the owner's newest entry
        update(
                "insert into meters (run_id, user_id, price_per_minute, held, due_at) select id, owner_user_id, 1, 5, now() from runs where id = ?",
                next(Kind.MONEY_HELD).run().id());
        // Its cost is that of its talk, and who is to blame says that it should not be, or should.
        update(
                "update runs set state = 'failed', end_by = null, failure_code = 'internal_error', failure_reason = 'broken' where id = ?",
                next(Kind.COST_WRONG).run().id());
        update(
                "update runs set state = 'failed', end_by = null, failure_code = 'peer_stalled', failure_reason = 'stalled', cost = 0 where id = ?",
                next(Kind.COST_WRONG, Kind.LEDGER_DIFFERS).run().id());
        update("update users set credits = credits + 3 where credits is not null");
    }

    /// What of the socket's own story does not fit together.
    void onTheSocketsTopics() {
        RunFacts twice = next(Kind.TWO_ENDS);
        send(Topics.CALL_LIFECYCLE, twice.callId(), new CallEvent.Ended(
                twice.callId(), records(twice), Instant.now(), 1011, "no", End.DRAINED, null));
        RunFacts again = next(Kind.NUMBER_TWICE);
        send(Topics.CALL_MEDIA, again.callId(), new MediaFrame.Digit(again.callId(), records(again) - 1, 1, '5'));
        RunFacts late = next(Kind.NUMBER_AFTER_END);
        send(Topics.CALL_MEDIA, late.callId(), new MediaFrame.Digit(late.callId(), records(late) + 7, 1, '5'));
        RunFacts foreign = next(Kind.RECORD_UNREADABLE);
        producer.send(new ProducerRecord<>(
                Topics.CALL_LIFECYCLE.name(), foreign.callId().toKey(), "{\"type\":".getBytes(StandardCharsets.UTF_8)));

        CallId runless = CallId.of(System.currentTimeMillis(), 3, 4);
        send(Topics.CALL_LIFECYCLE, runless, new CallEvent.Offered(
                runless, 1, Instant.now(), null, "cloudonix", "ab".repeat(32), 0, "192.0.2.7", "a.example", null, null, null));
        send(Topics.CALL_LIFECYCLE, runless, new CallEvent.Ended(runless, 5, Instant.now(), 1000, "", End.CALLER_HANGUP, null));
        planted.add(new Planted(Kind.CALL_WITHOUT_RUN, "call " + runless));
        planted.add(new Planted(Kind.NUMBERS_MISSING, "call " + runless));
        CallId stray = CallId.of(System.currentTimeMillis() - 300_000, 5, 6); // so long ago that somebody should have said what it is
        send(Topics.CALL_MEDIA, stray, new MediaFrame.Digit(stray, 1, 1, '5'));
        planted.add(new Planted(Kind.MEDIA_WITHOUT_CALL, "call " + stray));
    }

    /// @param refused a run that never came to talk
    void onARefusedCall(RunFacts refused) {
        send(Topics.CALL_MEDIA, refused.callId(), new MediaFrame.Digit(refused.callId(), 2, 1, '5'));
        planted.add(new Planted(Kind.MEDIA_WITHOUT_TALK, refused.run().name()));
    }

    /// What was said of runs otherwise than before.
    void inTheFacts() {
        RunFacts another = next(Kind.TWO_ENDS, Kind.EVENT_DIFFERS);
        send(Topics.RUN_EVENTS, another.callId(), new RunEvent.Completed(
                another.callId(), 1, Instant.now(), another.run(), End.DRAINED, 1001, 5, "7.0"));
        send(Topics.RUNS, next(Kind.FACTS_MISSING).callId(), null);
        RunFacts dearer = next(Kind.FACTS_DIFFER);
        send(Topics.RUNS, dearer.callId(), changed(dearer, facts -> facts.put("cost", "7.0").put("revision", 1_000)));
        RunFacts open = next(Kind.FACTS_NOT_FINAL);
        send(Topics.RUNS, open.callId(), changed(open, facts -> facts.put("final", false).put("revision", 1_000)));
        RunFacts older = next(Kind.FACTS_WENT_BACK);
        send(Topics.RUNS, older.callId(), changed(older, facts -> facts.put("revision", 1)));
    }

    /// @param minute a sum that is right
    /// @return what was written
    Usage inTheSum(Usage minute) {
        Usage wrong = new Usage(
                minute.organizationId(), minute.minute(), minute.completed(), minute.failed(), minute.talkMs(), minute.offered(),
                minute.admitted(), minute.refused(), 1L, minute.cost(), minute.agents());
        write(wrong);
        // Not by a run: of a minute with many only some are named.
        planted.add(new Planted(Kind.USAGE_DIFFERS, "says usage.v1 has for " + wrong.organizationId() + "@" + wrong.minute() + ": "
                + wrong.completed() + " completed, " + wrong.failed() + " failed, " + wrong.seconds() + " s,"));
        return wrong;
    }

    void write(Usage sum) {
        producer.send(new ProducerRecord<>(
                Topics.USAGE.name(),
                (sum.organizationId() + "@" + sum.minute()).getBytes(StandardCharsets.UTF_8),
                Topics.USAGE.codec().encode(sum)));
        producer.flush();
    }

    private static long records(RunFacts facts) {
        Long records = facts.socket() == null ? null : facts.socket().records();
        return records == null ? 0 : records;
    }

    @FunctionalInterface
    private interface Edit {
        ObjectNode apply(ObjectNode facts);
    }

    private static RunFacts changed(RunFacts facts, Edit edit) {
        ObjectNode tree = (ObjectNode) Json.MAPPER.readTree(Topics.RUNS.codec().encode(facts));
        return Topics.RUNS.codec().decode(Json.MAPPER.writeValueAsBytes(edit.apply(tree))) instanceof Decoded.Value<RunFacts>(RunFacts read)
                ? read
                : facts;
    }
}
