package io.agentstream.orchestrator.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.secret.ApiKeys;
import io.agentstream.orchestrator.store.AgentVersions;
import io.agentstream.orchestrator.store.Agents;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.SampleTenant;
import io.agentstream.orchestrator.store.Scope;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.orchestrator.store.UserKeys;
import io.agentstream.runtime.Secret;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.node.JsonNodeFactory;

/// What one organisation asks takes its part of the processors from the calls of all, and no more.
final class SharesTest {

    @Nested
    final class OfAnOrganisation {
        private final AtomicLong nowNanos = new AtomicLong(5);
        private final Shares shares = new Shares(25, nowNanos::get);

        @Test
        void twoSecondsWorthMayBeTakenAtOnce() {
            // when
            shares.took(1, TimeUnit.MILLISECONDS.toNanos(499));

            // then
            assertEquals(0, shares.waitSeconds(1));
            shares.took(1, TimeUnit.MILLISECONDS.toNanos(1));
            assertEquals(1, shares.waitSeconds(1));
            assertEquals(0, shares.waitSeconds(2));
        }

        @Test
        void whatWasTakenBeyondIsOwed() {
            // given
            shares.took(1, TimeUnit.MILLISECONDS.toNanos(1_500));

            // when
            nowNanos.addAndGet(TimeUnit.SECONDS.toNanos(4));

            // then
            assertEquals(1, shares.waitSeconds(1));
            nowNanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
            assertEquals(0, shares.waitSeconds(1));
        }
    }

    @Nested
    final class OfLongAnswers {

        /// The database's process reads them, and its time is nobody's thread's here.
        @Test
        void aLongAnswerCostsWhatItTakesElsewhere() {
            // given
            Shares shares = new Shares(25, () -> 5);

            // when
            for (int i = 0; i < 24; i++) {
                shares.sent(1, 1 << 20);
            }

            // then
            assertTrue(shares.waitSeconds(1) > 0, "24 MiB");
            assertEquals(0, shares.waitSeconds(2));
        }
    }

    @Nested
    final class OfWork {
        @Test
        void theProcessorsTimeOfAnAnswerIsTakenAndNotThatOfAPiece() throws Exception {
            // given
            AtomicLong cpu = new AtomicLong();
            AtomicLong took = new AtomicLong();
            try (Workers workers = new Workers(1, cpu::get, (owner, nanos) -> took.addAndGet(owner * nanos))) {
                // when
                workers.answer(3, () -> cpu.addAndGet(7));
                workers.piece(3, () -> cpu.addAndGet(100));

                // then
                assertEquals(21, took.get());
            }
        }
    }

    @Nested
    @ExtendWith(TestPostgres.class)
    final class OfTheApi {
        private static final String READ = "/api/v1/runs?limit=500";
        private static final int MOST = 20_000;

        private SampleTenant tenant;
        private SampleTenant other;
        private RunningApi api;
        private Database database;

        @BeforeEach
        void start(Database given) {
            database = given;
            tenant = SampleTenant.create(given);
            other = SampleTenant.create(given);
            Api.Settings plain = ApiSettings.of("ws://x");
            api = new RunningApi(given, tenant.apiKey(), new Api.Settings(
                    plain.gatewayUrl(), plain.operatorKey(), plain.pricePerMinute(), plain.trustedProxies(),
                    plain.failedKeysPerMinute(), new Api.Rates(MOST, MOST, MOST, 1), plain.patience()));
        }

        @AfterEach
        void stop() {
            api.close();
        }

        @Test
        void whoeverHasTakenItsShareIsRefusedWithAllOfItsKeysAndNobodyElse() throws Exception {
            // given
            Secret second = new ApiKeys(new SecureRandom()).generate();
            database.withConnection(connection -> UserKeys.create(
                    connection, tenant.userId(), ApiKeys.hash(second), ApiKeys.prefix(second), "second", Scope.READ));

            // when
            RunningApi.Answer answer = api.sendAs(second, "GET", READ, null);
            for (int i = 0; i < MOST && answer.status() == 200; i++) {
                api.get(READ);
                answer = api.sendAs(second, "GET", READ, null);
            }

            // then
            assertEquals(429, answer.status());
            assertTrue(Integer.parseInt(answer.header("Retry-After")) > 0);
            assertTrue(api.metrics().contains("agent_stream_orchestrator_api_refused_total{service=\"api-test\",why=\"share\"}"));
            assertEquals(200, api.sendAs(other.apiKey(), "GET", READ, null).status());
            assertEquals(200, api.operator("GET", "/api/v1/operator/organizations?limit=1", null).status());
        }

        private SampleTenant withALongPage() {
            SampleTenant made = SampleTenant.create(database);
            JsonNodeFactory json = JsonNodeFactory.instance;
            database.inTransaction(c -> {
                long agent = Agents.create(c, UUID.randomUUID(), made.organizationId(), made.userId(), "Large", json.objectNode());
                AgentVersions.saveDraft(c, agent, json.objectNode().put("engine", "echo").put("words", "word ".repeat(200_000)));
                return agent;
            });
            return made;
        }

        /// Pages of a megabyte, each of which takes its thread a few milliseconds only.
        private int answered(SampleTenant whose) throws Exception {
            int answered = 0;
            while (answered < MOST && api.sendAs(whose.apiKey(), "GET", "/api/v1/agents?limit=500", null).status() == 200) {
                answered++;
            }
            return answered;
        }

        @Test
        void pagesThatAreLongUseUpTheShareByTheirLength() throws Exception {
            // given
            api.close();
            int percent = 10;
            Api.Settings plain = ApiSettings.of("ws://x");
            api = new RunningApi(database, tenant.apiKey(), new Api.Settings(
                    plain.gatewayUrl(), plain.operatorKey(), plain.pricePerMinute(), plain.trustedProxies(),
                    plain.failedKeysPerMinute(), new Api.Rates(MOST, MOST, MOST, percent), plain.patience()));
            for (int i = 0; i < 5; i++) {
                answered(withALongPage()); // until it is compiled
            }
            SampleTenant measured = withALongPage();

            // when
            long startNs = System.nanoTime();
            int answered = answered(measured);
            double seconds = (System.nanoTime() - startNs) / 1e9;

            // then
            double most = (Shares.BURST_SECONDS + seconds) * percent * 1e7 / (1_000_000.0 * Shares.NANOS_PER_BYTE) + 1;
            assertTrue(answered <= most, answered + " pages of a megabyte in " + seconds + " s");
        }

        @Test
        void whoIsRefusedHearsSoAfterAPause() throws Exception {
            // when
            long startNs;
            int status;
            do {
                startNs = System.nanoTime();
                status = api.get(READ).status();
            } while (status == 200);

            // then
            assertEquals(429, status);
            assertTrue(System.nanoTime() - startNs >= TimeUnit.MILLISECONDS.toNanos(Pauses.MS));
        }
    }

    @Nested
    final class OfPauses {
        @Test
        void noMoreThanSoManyOfOneOrganisationPauseAtATime() throws Exception {
            // given
            Pauses pauses = new Pauses(TimeUnit.MINUTES.toMillis(1));
            CountDownLatch over = new CountDownLatch(Pauses.OF_ONE);
            Thread[] pausing = new Thread[Pauses.OF_ONE];
            for (int i = 0; i < pausing.length; i++) {
                pausing[i] = Thread.ofVirtual().start(() -> {
                    try {
                        pauses.pause(1);
                    } catch (InterruptedException enough) {
                        over.countDown();
                    }
                });
            }
            while (Arrays.stream(pausing).anyMatch(thread -> thread.getState() != Thread.State.TIMED_WAITING)) {
                Thread.onSpinWait();
            }

            // when
            pauses.pause(1);

            // then
            for (Thread thread : pausing) {
                thread.interrupt();
            }
            assertTrue(over.await(10, TimeUnit.SECONDS));
        }
    }
}
