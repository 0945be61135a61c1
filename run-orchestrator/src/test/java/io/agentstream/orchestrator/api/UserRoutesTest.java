package io.agentstream.orchestrator.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.Until;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.SampleTenant;
import io.agentstream.orchestrator.store.Sql;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.runtime.Secret;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(TestPostgres.class)
final class UserRoutesTest {
    private static final String USERS = "/api/v1/users";
    private static final String KEYS = "/api/v1/api-keys";

    private Database database;
    private SampleTenant tenant;
    @AutoClose
    private RunningApi api;

    @BeforeEach
    void start(Database database) {
        this.database = database;
        tenant = SampleTenant.create(database);
        api = new RunningApi(database, tenant.apiKey());
    }

    private RunningApi.Answer newKey(String scope) throws Exception {
        return api.send("POST", KEYS, "{\"name\":\"a key\",\"scope\":\"" + scope + "\"}");
    }

    private String firstKey() throws Exception {
        return KEYS + "/" + api.get(KEYS).get("/items").valueStream().toList().getLast().path("id").longValue();
    }

    @Test
    void addsAUserWhoIsShown() throws Exception {
        // when
        RunningApi.Answer made = api.send("POST", USERS, "{\"email\":\"Ann@Example.com\"}");

        // then
        assertEquals(201, made.status());
        assertEquals("Ann@Example.com", made.get("/email").stringValue());
        assertTrue(made.get("/credits").isNull());
        assertEquals(made.body(), api.get(made.header("Location")).body());
        assertEquals(made.body(), api.get(USERS).get("/items/0"));
        assertEquals(2, api.get(USERS).get("/items").size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "ann", "@", "a@", "@b", "a b@c", "a@b\\u00a0c", "a@b@c", "a@b\\nc"})
    void addsNobodyWithoutAnAddress(String email) throws Exception {
        assertEquals(List.of("email"), api.send("POST", USERS, "{\"email\":\"" + email + "\"}").badFields());
    }

    @Test
    void hasAnAddressOnceWhateverItsCase() throws Exception {
        // given
        api.send("POST", USERS, "{\"email\":\"ann@example.com\"}");

        // when
        RunningApi.Answer again = api.send("POST", USERS, "{\"email\":\"ANN@example.com\"}");

        // then
        assertEquals(409, again.status());
    }

    @Test
    void doesNotTellWhoIsAUserElsewhere() throws Exception {
        // given
        SampleTenant other = SampleTenant.create(database);
        String email = api.sendAs(other.apiKey(), "GET", USERS + "/me", null).get("/email").stringValue();

        // when
        RunningApi.Answer made = api.send("POST", USERS, "{\"email\":\"" + email + "\"}");

        // then
        assertEquals(201, made.status());
        assertEquals(404, api.get(USERS + "/" + other.userId()).status());
    }

    @Test
    void showsAKeyOnceAndFromThenOnItsFirstCharacters() throws Exception {
        // when
        RunningApi.Answer made = newKey("read");

        // then
        String key = made.get("/key").stringValue();
        assertEquals(201, made.status());
        assertEquals("read", made.get("/scope").stringValue());
        assertEquals(tenant.userId(), made.get("/user_id").longValue());
        assertTrue(key.startsWith(made.get("/prefix").stringValue()));
        assertFalse(api.get(KEYS).http().body().contains(key));
        assertFalse(api.get(made.header("Location")).http().body().contains(key));
        assertEquals(200, api.sendAs(new Secret(key), "GET", USERS + "/me", null).status());
    }

    @Test
    void makesAKeyForAnotherUserOfTheOrganisationOnly() throws Exception {
        // given
        long user = api.send("POST", USERS, "{\"email\":\"ann@example.com\"}").get("/id").longValue();
        long stranger = SampleTenant.create(database).userId();

        // when
        RunningApi.Answer ann =
                api.send("POST", KEYS, "{\"name\":\"k\",\"scope\":\"write\",\"user_id\":" + user + "}");
        RunningApi.Answer foreign =
                api.send("POST", KEYS, "{\"name\":\"k\",\"scope\":\"write\",\"user_id\":" + stranger + "}");

        // then
        assertEquals(user, api.sendAs(new Secret(ann.get("/key").stringValue()), "GET", USERS + "/me", null)
                .get("/id").longValue());
        assertEquals(List.of("user_id"), foreign.badFields());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"name\":\"k\",\"scope\":\"all\"} | scope", "{\"name\":\"k\"} | scope", "{\"scope\":\"read\"} | name",
                "{\"name\":\"k\",\"scope\":\"read\",\"user_id\":\"1\"} | user_id",
                "{\"name\":\"k\",\"scope\":\"read\",\"user_id\":0} | user_id",
                "{\"name\":\"k\",\"scope\":\"read\",\"key\":\"x\"} | key",
            })
    void makesNoKeyThatIsNone(String body, String field) throws Exception {
        // when
        RunningApi.Answer answer = api.send("POST", KEYS, body);

        // then
        assertEquals(400, answer.status());
        assertTrue(answer.badFields().contains(field), answer.http().body());
    }

    @Test
    void aRevokedKeyOpensNothingFromTheNextRequestOn() throws Exception {
        // given
        RunningApi.Answer made = newKey("admin");
        Secret key = new Secret(made.get("/key").stringValue());
        int before = api.sendAs(key, "GET", USERS, null).status();

        // when
        int revoked = api.send("DELETE", made.header("Location"), null).status();

        // then
        assertEquals(200, before);
        assertEquals(204, revoked);
        assertEquals(401, api.sendAs(key, "GET", USERS, null).status());
        assertEquals(404, api.get(made.header("Location")).status());
        assertEquals(404, api.send("DELETE", made.header("Location"), null).status());
        assertEquals(1, api.get(KEYS).get("/items").size());
    }

    @Test
    void keysOfOthersAreNotThere() throws Exception {
        // given
        SampleTenant other = SampleTenant.create(database);
        String foreign = KEYS + "/"
                + api.sendAs(other.apiKey(), "GET", KEYS, null).get("/items/0/id").longValue();

        // then
        assertEquals(404, api.get(foreign).status());
        assertEquals(404, api.send("DELETE", foreign, null).status());
        assertEquals(200, api.sendAs(other.apiKey(), "GET", KEYS, null).status());
    }

    @Test
    void theLastAdminKeyStays() throws Exception {
        // given
        newKey("read");
        newKey("write");
        String last = firstKey();

        // when
        RunningApi.Answer refused = api.send("DELETE", last, null);

        // then
        assertEquals(409, refused.status());
        assertEquals(200, api.get(KEYS).status());
        newKey("admin");
        assertEquals(204, api.send("DELETE", last, null).status());
    }

    @RepeatedTest(20)
    void ofAllAdminKeysThatAreRevokedAtOnceOneStays() throws Exception {
        // given
        List<String> keys = new ArrayList<>(List.of(firstKey()));
        for (int i = 0; i < 3; i++) {
            keys.add(newKey("admin").header("Location"));
        }
        CyclicBarrier together = new CyclicBarrier(keys.size());
        List<Future<Integer>> answers = new ArrayList<>();

        // when
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (String key : keys) {
                answers.add(threads.submit(() -> {
                    together.await(10, TimeUnit.SECONDS);
                    return api.send("DELETE", key, null).status();
                }));
            }
        }

        // then
        int left = database.withConnection(connection -> Sql.only(
                connection,
                """
                select count(*) from api_keys k join users u on u.id = k.user_id
                 where u.organization_id = ? and k.scope = 'admin' and k.revoked_at is null
                """,
                row -> row.getInt(1),
                tenant.organizationId()));
        List<Integer> statuses = new ArrayList<>();
        for (Future<Integer> answer : answers) {
            statuses.add(answer.get(10, TimeUnit.SECONDS));
        }
        // One whose own key was gone before it was looked up hears 401 and revokes nothing.
        assertTrue(statuses.stream().allMatch(List.of(204, 409, 401)::contains), statuses.toString());
        assertTrue(left >= 1, statuses.toString());
        assertEquals(keys.size() - left, statuses.stream().filter(status -> status == 204).count());
    }

    @Test
    void saysWhenAKeyWasLastUsedToTheMinute() throws Exception {
        // given
        RunningApi.Answer made = newKey("read");
        Secret key = new Secret(made.get("/key").stringValue());
        api.sendAs(key, "GET", USERS, null);
        Until.holds(() -> lastUsed(made) != null); // it is noted behind the answer
        Instant first = lastUsed(made);

        // when
        api.sendAs(key, "GET", USERS, null);
        api.sendAs(key, "GET", USERS, null);
        Instant inTheSameMinute = lastUsed(made);
        database.withConnection(connection -> Sql.update(
                connection,
                "update api_keys set last_used_at = last_used_at - interval '61 seconds' where id = ?",
                made.get("/id").longValue()));
        api.sendAs(key, "GET", USERS, null);

        // then
        assertTrue(made.get("/last_used_at").isNull());
        assertEquals(first, inTheSameMinute);
        Until.holds(() -> !first.isAfter(lastUsed(made)));
        assertTrue(api.get(made.header("Location")).get("/last_used_at").isString());
    }

    private Instant lastUsed(RunningApi.Answer made) {
        return database.withConnection(connection -> Sql.query(
                connection,
                "select last_used_at from api_keys where id = ?",
                row -> Sql.instantOrNull(row, "last_used_at"),
                made.get("/id").longValue())).getFirst();
    }
}
