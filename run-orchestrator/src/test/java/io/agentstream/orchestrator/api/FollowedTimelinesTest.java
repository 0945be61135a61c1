package io.agentstream.orchestrator.api;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.calllog.CallReading;
import io.agentstream.calllog.CallSource;
import io.agentstream.calllog.timeline.ToldCall;
import io.agentstream.orchestrator.replay.CallLogs;
import io.agentstream.orchestrator.replay.FollowedRuns;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.RunPlaces.Located;
import io.agentstream.orchestrator.store.SampleTenant;
import io.agentstream.orchestrator.store.Sql;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.schemas.CallSecrets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Runs that go on, and who may follow them.
@ExtendWith(TestPostgres.class)
final class FollowedTimelinesTest {

    private final ToldCall call = new ToldCall();
    private final List<EventReader> readers = new ArrayList<>();
    private final AtomicInteger opened = new AtomicInteger();
    private Database database;
    private SampleTenant tenant;
    private RunningApi api;

    @BeforeEach
    void start(Database database) {
        this.database = database;
        call.begin();
        tenant = SampleTenant.create(database);
        api = new RunningApi(database, tenant.apiKey(), new CallLogs() {
            @Override
            public CallSource of(Located run) {
                return topic -> {
                    opened.incrementAndGet();
                    return call.log.open(topic);
                };
            }

            @Override
            public Optional<CallSecrets> secrets(Located run) {
                return Optional.empty();
            }
        });
    }

    @AfterEach
    void stop() {
        readers.forEach(EventReader::close);
        api.close();
    }

    private long running(SampleTenant of) {
        return of.addRun(database, "running", Instant.now());
    }

    private EventReader follow(SampleTenant by, long run) throws Exception {
        EventReader reader = new EventReader(api, by.apiKey(), "/api/v1/runs/" + run + "/timeline", null);
        readers.add(reader);
        return reader;
    }

    @Test
    void fiftyWhoFollowARunAreToldTheSameByOneReadingOfItsLog() throws Exception {
        // given
        long run = running(tenant);

        // when
        for (int i = 0; i < 50; i++) {
            follow(tenant, run);
        }

        // then
        List<EventReader.Told> first = List.of(readers.getFirst().next(), readers.getFirst().next());
        for (EventReader each : readers.subList(1, readers.size())) {
            assertEquals(first, List.of(each.next(), each.next()));
        }
        assertEquals(CallReading.ALL.size(), opened.get());
    }

    @Test
    void oneOrganisationsFollowersLeaveRoomForThoseOfOthers() throws Exception {
        // given one that follows as many runs as it may
        List<Long> own = new ArrayList<>();
        for (int i = 0; i < FollowedRuns.OF_ONE; i++) {
            own.add(running(tenant));
            follow(tenant, own.getLast()).next();
        }
        SampleTenant other = SampleTenant.create(database);

        // when
        int another = follow(tenant, running(tenant)).status();
        int again = follow(tenant, own.getFirst()).status();
        int others = follow(other, running(other)).status();

        // then
        assertEquals(503, another);
        assertEquals(200, again);
        assertEquals(200, others);
    }

    @Test
    void whoseKeyIsRevokedIsToldNothingMore() throws Exception {
        // given
        EventReader reader = follow(tenant, running(tenant));
        reader.next();

        // when
        database.inTransaction(connection ->
                Sql.update(connection, "update api_keys set revoked_at = now() where user_id = ?", tenant.userId()));

        // then
        EventReader.Told told = reader.next();
        while (told.kind().equals("message")) {
            told = reader.next();
        }
        assertEquals("end", told.kind());
        assertEquals("key", told.data().path("reason").stringValue());
    }

    @Test
    void whoEndsTakesNobodyAnyMore() throws Exception {
        // given
        long run = running(tenant);

        // when
        api.endFollowing();

        // then
        assertEquals(503, follow(tenant, run).status());
    }
}
