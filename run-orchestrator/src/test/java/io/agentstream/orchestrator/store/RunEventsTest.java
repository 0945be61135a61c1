package io.agentstream.orchestrator.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

@ExtendWith(TestPostgres.class)
final class RunEventsTest {
    private static final Instant AT = Instant.parse("2026-01-02T03:04:05.678Z");
    private static final ObjectNode EMPTY = JsonNodeFactory.instance.objectNode().put("seq", 7);

    @Test
    void writesARecordThatIsDeliveredTwiceOnce(Database database) {
        // given
        long run = SampleTenant.create(database).addRun(database, "initialized", AT);
        RunEvents.Source source = new RunEvents.Source("call.lifecycle.v1", 3, run);
        append(database, run, "offered", source);

        // when
        int again = append(database, run, "offered", source);

        // then
        assertEquals(0, again);
        assertEquals(1, list(database, run, 0).size());
    }

    @Test
    void aRecordIsKnownByItsCallAndNotByItsPlaceInALogThatMayBeAnother(Database database) {
        // given
        SampleTenant tenant = SampleTenant.create(database);
        long run = tenant.addRun(database, "initialized", AT);
        long later = tenant.addRun(database, "initialized", AT);
        append(database, run, "offered", new RunEvents.Source("call.lifecycle.v1", 5, 4_000));

        // when
        int again = append(database, run, "offered", new RunEvents.Source("call.lifecycle.v1", 5, 0));
        int ofAnother = append(database, later, "offered", new RunEvents.Source("call.lifecycle.v1", 5, 4_000));

        // then
        assertEquals(List.of(0, 1), List.of(again, ofAnother));
    }

    @Test
    void listsInTheOrderOfWriting(Database database) {
        // given
        long run = SampleTenant.create(database).addRun(database, "initialized", AT);
        append(database, run, "offered", null);
        append(database, run, "created", null);
        append(database, run, "started", null);

        // when
        List<RunEvents.RunEvent> all = list(database, run, 0);
        List<RunEvents.RunEvent> rest = list(database, run, all.get(1).position());

        // then
        assertEquals(
                List.of("offered", "created", "started"),
                all.stream().map(RunEvents.RunEvent::type).toList());
        assertEquals(
                List.of("started"), rest.stream().map(RunEvents.RunEvent::type).toList());
        assertEquals(AT, rest.getFirst().at());
    }

    @Test
    void refusesARunThatFailedWithoutACode(Database database) {
        // given
        long run = SampleTenant.create(database).addRun(database, "initialized", AT);

        // when
        DatabaseException refused = assertThrows(
                DatabaseException.class,
                () -> database.withConnection(connection -> Sql.update(
                        connection, "update runs set state = 'failed', ended_at = now() where id = ?", run)));

        // then
        assertFalse(refused.isTransient());
        assertTrue(refused.getMessage().contains("check constraint"), refused.getMessage());
    }

    @Test
    void writesOnlyThoseOfSeveralThatAreNotKnown(Database database) {
        // given
        long run = SampleTenant.create(database).addRun(database, "initialized", AT);
        RunEvents.Source source = new RunEvents.Source("call.lifecycle.v1", 4, run);
        append(database, run, "started", source);

        // when
        int added = database.withConnection(connection -> RunEvents.append(connection, run, List.of(
                new RunEvents.NewEvent(AT, "started", EMPTY, source), new RunEvents.NewEvent(AT, "running", EMPTY, null))));

        // then
        assertEquals(1, added);
        assertEquals(
                List.of("started", "running"),
                list(database, run, 0).stream().map(RunEvents.RunEvent::type).toList());
    }

    private static int append(Database database, long run, String type, RunEvents.Source source) {
        return database.withConnection(connection ->
                RunEvents.append(connection, run, List.of(new RunEvents.NewEvent(AT, type, EMPTY, source))));
    }

    private static List<RunEvents.RunEvent> list(Database database, long run, long after) {
        List<RunEvents.RunEvent> events = new ArrayList<>();
        return database.withConnection(connection -> {
            RunEvents.list(connection, run, after, 100, events::add);
            return events;
        });
    }
}
