package io.agentstream.orchestrator.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.store.UsageLists.Position;
import io.agentstream.orchestrator.store.UsageLists.Step;
import io.agentstream.orchestrator.store.UsageLists.Usage;
import io.agentstream.orchestrator.store.UsageLists.Wanted;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.node.JsonNodeFactory;

/// Usage beside what adding its runs up one by one makes of them.
@ExtendWith(TestPostgres.class)
final class UsageListsTest {
    private static final Instant BEGIN = Instant.parse("2026-03-01T00:00:00Z");
    private static final Instant NOW = BEGIN.plus(Duration.ofDays(4));

    private final List<Sample> samples = new ArrayList<>();
    private Database database;
    private SampleTenant tenant;
    private List<Long> agents;

    private record Sample(
            long agent, Instant createdAt, @Nullable Instant startedAt, @Nullable Instant endedAt, @Nullable String failure,
            @Nullable BigDecimal cost) {

        boolean isOver(Instant from, Instant to) {
            return endedAt != null && !endedAt.isBefore(from) && endedAt.isBefore(to);
        }

        boolean talks(Instant at) {
            return startedAt != null && !startedAt.isAfter(at) && (endedAt == null ? NOW : endedAt).isAfter(at);
        }

        long seconds() {
            return startedAt == null ? 0 : Math.max(0, Math.ceilDiv(endedAt.toEpochMilli() - startedAt.toEpochMilli(), 1_000));
        }
    }

    @BeforeEach
    void makeRuns(Database given) {
        database = given;
        tenant = SampleTenant.create(given);
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        agents = database.inTransaction(connection -> {
            long other = Agents.create(
                    connection, UUID.randomUUID(), tenant.organizationId(), tenant.userId(), "Other",
                    JsonNodeFactory.instance.objectNode());
            AgentVersions.saveDraft(connection, other, JsonNodeFactory.instance.objectNode().put("engine", "echo"));
            return List.of(tenant.agentId(), other);
        });
        SampleTenant.create(given).addRun(given, "completed", BEGIN.plusSeconds(60));
        for (int i = 0; i < 300; i++) {
            samples.add(sample(random));
        }
        // A call that is over on a stretch's edge, one that takes a day and a half, one that goes on, and one that is over before it began.
        samples.add(new Sample(
                agents.getFirst(), BEGIN.plusSeconds(3_000), BEGIN.plusSeconds(3_001), BEGIN.plusSeconds(3_600), null, BigDecimal.ONE));
        samples.add(new Sample(
                agents.getLast(), BEGIN.plusSeconds(9), BEGIN.plusSeconds(10), BEGIN.plusSeconds(130_000), null, BigDecimal.TEN));
        samples.add(new Sample(agents.getFirst(), BEGIN.plusSeconds(5), BEGIN.plusSeconds(6), null, null, null));
        samples.add(new Sample(
                agents.getFirst(), BEGIN.plusSeconds(3_605), null, BEGIN.plusSeconds(3_599), "session_invalid", null));
        database.inTransaction(connection -> {
            for (Sample sample : samples) {
                insert(connection, sample);
            }
            return true;
        });
    }

    private Sample sample(Random random) {
        Instant created = BEGIN.plusMillis(random.nextInt(3 * 86_400_000)).plusNanos(1_000L * random.nextInt(1_000));
        long agent = agents.get(random.nextInt(2));
        if (random.nextInt(10) == 0) {
            String failure = random.nextBoolean() ? "unknown_domain" : "session_invalid";
            return new Sample(agent, created, null, created.plusMillis(random.nextInt(3_000)), failure, null);
        }
        if (random.nextInt(30) == 0) {
            return new Sample(agent, created, null, null, null, null);
        }
        Instant started = created.plusNanos(1_000L * random.nextInt(2_000_000));
        Instant ended = started.plusNanos(1_000L * random.nextInt(1_000)).plusMillis(random.nextInt(random.nextInt(10) == 0 ? 8_000_000 : 600_000));
        String failure = random.nextInt(20) == 0 ? "internal_error" : null;
        return new Sample(agent, created, started, ended, failure, BigDecimal.valueOf(random.nextInt(100_000), 4));
    }

    private void insert(java.sql.Connection connection, Sample sample) throws java.sql.SQLException {
        String state = sample.failure() != null
                ? "failed"
                : sample.endedAt() != null ? "completed" : sample.startedAt() != null ? "running" : "initialized";
        Sql.update(
                connection,
                """
                insert into runs (call_id, organization_id, agent_id, owner_user_id, agent_version, mode, call_type, state,
                                  failure_code, gateway_slot, created_at, started_at, ended_at, cost)
                values (gen_random_uuid(), ?, ?, ?, 1, 'cloudonix', 'inbound', ?, ?, 0, ?, ?, ?, ?::numeric)
                """,
                tenant.organizationId(), sample.agent(), tenant.userId(), state, sample.failure(), sample.createdAt(),
                sample.startedAt(), sample.endedAt(), sample.cost());
    }

    @ParameterizedTest
    @CsvSource({
        "MINUTE,false,10000", "HOUR,false,10000", "DAY,false,10000", "MINUTE,true,10000", "HOUR,true,10000", "DAY,true,10000",
        "HOUR,false,10", "HOUR,true,10", "DAY,true,50"
    })
    void isTheSumOfTheRuns(Step step, boolean byAgent, int maxExamined) {
        // given
        Wanted wanted = new Wanted(
                tenant.organizationId(), BEGIN.plusSeconds(1_800), BEGIN.plus(Duration.ofDays(3)).minusSeconds(77), step, byAgent, NOW);

        // when
        List<Usage> used = all(wanted, maxExamined, step == Step.MINUTE ? 97 : 7); // of minutes there are thousands

        // then
        assertEquals(expected(wanted), used.stream().map(UsageListsTest::plain).toList());
    }

    @Test
    void leavesNothingOutWhereItIsReadInParts() {
        // given
        Instant middle = BEGIN.plusSeconds(100_000);
        Wanted whole = wanted(BEGIN, NOW);

        // when
        long together = offered(whole);
        long apart = offered(wanted(BEGIN, middle)) + offered(wanted(middle, NOW));

        // then
        assertEquals(together, apart);
        assertEquals(samples.stream().filter(sample -> sample.endedAt() != null).count(), together);
    }

    private Wanted wanted(Instant from, Instant to) {
        return new Wanted(tenant.organizationId(), from, to, Step.HOUR, false, NOW);
    }

    private long offered(Wanted wanted) {
        return all(wanted, 10_000, 50).stream().mapToLong(Usage::offered).sum();
    }

    /// By pages of `limit`.
    private List<Usage> all(Wanted wanted, int maxExamined, int limit) {
        List<Usage> all = new ArrayList<>();
        Position[] after = new Position[1];
        boolean[] more = {true};
        while (more[0]) {
            more[0] = false;
            int before = all.size();
            database.inTransaction(connection -> {
                UsageLists.list(connection, wanted, after[0], maxExamined, new UsageLists.Taker() {
                    @Override
                    public boolean take(Usage usage) {
                        more[0] = all.size() - before == limit;
                        if (!more[0]) {
                            after[0] = new Position(usage.start(), usage.agentId());
                            all.add(usage);
                        }
                        return !more[0];
                    }

                    @Override
                    public void goOnBehind(Position place) {
                        after[0] = place;
                        more[0] = true;
                    }
                });
                return true;
            });
        }
        return all;
    }

    private static String plain(Usage usage) {
        return usage.from() + " " + usage.to() + " " + usage.agentId() + " " + usage.offered() + " " + usage.admitted() + " "
                + usage.refused() + " " + usage.runningPeak() + " " + usage.seconds() + " "
                + usage.cost().stripTrailingZeros().toPlainString();
    }

    private List<String> expected(Wanted wanted) {
        List<String> expected = new ArrayList<>();
        long step = wanted.step().seconds();
        List<Long> wantedAgents = wanted.byAgent() ? agents.reversed() : List.of(0L);
        LongStream.rangeClosed(wanted.from().getEpochSecond() / step, wanted.to().getEpochSecond() / step)
                .boxed()
                .sorted(Comparator.reverseOrder())
                .forEach(stretch -> {
                    for (long agent : wantedAgents) {
                        Instant from = later(wanted.from(), Instant.ofEpochSecond(stretch * step));
                        Instant to = Instant.ofEpochSecond((stretch + 1) * step);
                        String sum = sum(from, to.isBefore(wanted.to()) ? to : wanted.to(), agent);
                        if (!sum.isEmpty()) {
                            expected.add(sum);
                        }
                    }
                });
        assertTrue(expected.size() > 2);
        return expected;
    }

    private String sum(Instant from, Instant to, long agent) {
        List<Sample> own = samples.stream().filter(sample -> agent == 0 || sample.agent() == agent).toList();
        List<Sample> over = own.stream().filter(sample -> sample.isOver(from, to)).toList();
        TreeMap<String, Long> refused = new TreeMap<>();
        over.stream().filter(sample -> sample.startedAt() == null).forEach(sample -> refused.merge(sample.failure(), 1L, Long::sum));
        // A number of calls grows only where one begins.
        long peak = own.stream()
                .map(sample -> sample.startedAt() == null ? from : later(from, sample.startedAt()))
                .filter(at -> at.isBefore(to))
                .mapToLong(at -> own.stream().filter(sample -> sample.talks(at)).count())
                .max()
                .orElse(0);
        BigDecimal cost = over.stream().map(Sample::cost).filter(c -> c != null).reduce(BigDecimal.ZERO, BigDecimal::add);
        return over.isEmpty() && peak == 0
                ? ""
                : from + " " + to + " " + agent + " " + over.size() + " "
                        + over.stream().filter(sample -> sample.startedAt() != null).count() + " " + refused + " " + peak + " "
                        + over.stream().mapToLong(Sample::seconds).sum() + " " + cost.stripTrailingZeros().toPlainString();
    }

    private static Instant later(Instant a, Instant b) {
        return a.isAfter(b) ? a : b;
    }
}
