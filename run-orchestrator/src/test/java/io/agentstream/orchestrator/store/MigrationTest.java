package io.agentstream.orchestrator.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.runtime.Secret;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExtendWith(TestPostgres.class)
final class MigrationTest {

    @Test
    void migratesOnceHoweverOftenItIsAsked(Database database) throws Exception {
        // when
        database.migrate(Duration.ZERO);

        // then
        List<String> applied = database.withConnection(connection -> Sql.query(
                connection,
                "select version from flyway_schema_history where success order by installed_rank",
                row -> row.getString(1)));
        try (Stream<Path> files = Files.list(Path.of("src/main/resources/db/migration"))) {
            assertEquals(
                    files.map(file -> file.getFileName().toString())
                            .filter(name -> name.endsWith(".sql"))
                            .map(name -> name.replaceAll("^V(\\d+)__.*", "$1"))
                            .sorted(Comparator.comparingInt(Integer::parseInt))
                            .toList(),
                    applied);
        }
    }

    @Test
    void computesTheDigestOfAnAgentsUuidAndARunsName(Database database) {
        // given
        String uuid = "6F9619FF-8B86-4D01-B42D-00CF4FC964FF";

        // when
        List<String> digestAndName = database.withConnection(connection -> Sql.query(
                connection,
                """
                with o as (insert into organizations (name) values ('digest') returning id),
                     u as (insert into users (organization_id, email) select id, 'digest@example.com' from o
                           returning id, organization_id),
                     a as (insert into agents (uuid, organization_id, owner_user_id, name)
                           select ?::uuid, organization_id, id, 'a' from u returning *),
                     v as (insert into agent_versions (agent_id, number, status, definition)
                           select id, 1, 'draft', '{}' from a returning agent_id),
                     r as (insert into runs (call_id, organization_id, agent_id, owner_user_id, agent_version, mode,
                                             call_type, gateway_slot)
                           select gen_random_uuid(), a.organization_id, a.id, a.owner_user_id, 1, 'cloudonix', 'inbound', 0
                           from a, v returning name)
                select a.uuid_digest || ' ' || r.name from a, r
                """,
                row -> row.getString(1),
                uuid));

        // then
        String[] parts = digestAndName.getFirst().split(" ", 2);
        assertEquals("46bba93296e0a7d87919b19a97d6d6bcdec4147dc7d22f96cce01563d3962886", parts[0]);
        assertTrue(parts[1].matches("WR-AGS-[0-9]{8}"), parts[1]);
    }

    @Test
    void keysThatThereWereCanDoEverythingAndUsersWithCreditsArePrepaid(EmbeddedPostgres server) throws Exception {
        // given a database of the version before tenants
        String address = server.getJdbcUrl("postgres", "before_tenants");
        try (Connection connection = server.getPostgresDatabase().getConnection()) {
            Sql.update(connection, "create database before_tenants");
        }
        Flyway.configure().dataSource(address, "postgres", "postgres").target("6").load().migrate();
        try (Database old = new Database(Database.Settings.of(address, "postgres", new Secret("postgres")))) {
            old.withConnection(connection -> Sql.update(
                    connection,
                    """
                    with o as (insert into organizations (name, max_concurrent_calls) values ('old', 7) returning id),
                         u as (insert into users (organization_id, email, credits)
                               select id, e, c from o, (values ('a@b', 5.25), ('c@d', null)) v(e, c) returning id)
                    insert into api_keys (user_id, key_hash, prefix, name) select id, sha256(id::text::bytea), 'ags_', 'k' from u
                    """));

            // when
            old.migrate(Duration.ofSeconds(10));

            // then
            assertEquals(
                    List.of("old 7 false admin prepaid 5.2500", "old 7 false admin unlimited none"),
                    old.withConnection(connection -> Sql.query(
                            connection,
                            """
                            select concat_ws(' ', o.name, o.max_concurrent_calls,
                                             case when o.suspended then 'true' else 'false' end, k.scope, u.billing,
                                             coalesce(u.credits::text, 'none'))
                              from organizations o join users u on u.organization_id = o.id join api_keys k on k.user_id = u.id
                             order by u.email
                            """,
                            row -> row.getString(1))));
        }
    }

    @Test
    void saysSoWhenTheDatabaseIsNotThereInTime() {
        // given
        try (Database nowhere = new Database(
                Database.Settings.of("jdbc:postgresql://127.0.0.1:1/none", "nobody", new Secret("a-secret-password")))) {

            // when
            Exception failure = assertThrows(
                    Database.UnavailableException.class, () -> nowhere.migrate(Duration.ofMillis(600)));

            // then
            assertTrue(failure.getMessage().startsWith("the database cannot be used"), failure.getMessage());
        }
    }

    @Test
    void refusesASchemaThatSomebodyElseHasChanged(EmbeddedPostgres server) throws Exception {
        // given
        try (Database fresh = new Database(Database.Settings.of(
                server.getJdbcUrl("postgres", "tampered"), "postgres", new Secret("postgres")))) {
            try (Connection connection = server.getPostgresDatabase().getConnection()) {
                Sql.update(connection, "create database tampered");
            }
            fresh.migrate(Duration.ofSeconds(10));
            fresh.withConnection(
                    connection -> Sql.update(connection, "update flyway_schema_history set checksum = 1"));

            // when
            Exception failure = assertThrows(
                    Database.BrokenSchemaException.class, () -> fresh.migrate(Duration.ofMinutes(5)));

            // then
            assertTrue(failure.getMessage().contains("checksum"), failure.getMessage());
        }
    }

    @Test
    void givesUpSoonWhereSomethingIsLockedAndIsThereToTryAgain(EmbeddedPostgres server) throws Exception {
        // given
        try (Database fresh = new Database(Database.Settings.of(
                server.getJdbcUrl("postgres", "in_use"), "postgres", new Secret("postgres")))) {
            try (Connection connection = server.getPostgresDatabase().getConnection()) {
                Sql.update(connection, "create database in_use");
            }
            try (Connection other = server.getDatabase("postgres", "in_use").getConnection()) {
                other.setAutoCommit(false);
                Sql.update(other, "create table organizations (id integer)"); // the name is taken until this is rolled back

                // when, then
                assertTimeoutPreemptively(
                        Duration.ofSeconds(20),
                        () -> assertThrows(Database.UnavailableException.class, () -> fresh.migrate(Duration.ZERO)));
                other.rollback();
            }
            fresh.migrate(Duration.ofSeconds(10));
        }
    }

    /// Of one that is not in a transaction there stays that it was broken off.
    @ParameterizedTest
    @CsvSource({"15, meters", "26, audit_log"})
    void goesOnWithAMigrationThatWasBrokenOffByALock(int before, String table, EmbeddedPostgres server) throws Exception {
        // given
        String name = "locked_" + table;
        String address = server.getJdbcUrl("postgres", name);
        try (Connection connection = server.getPostgresDatabase().getConnection()) {
            Sql.update(connection, "create database " + name);
        }
        Flyway.configure()
                .dataSource(address, "postgres", "postgres")
                .configuration(Map.of("flyway.postgresql.transactional.lock", "false"))
                .target(Integer.toString(before))
                .load()
                .migrate();
        try (Database database = new Database(Database.Settings.of(address, "postgres", new Secret("postgres")));
                Connection other = server.getDatabase("postgres", name).getConnection()) {
            other.setAutoCommit(false);
            Sql.update(other, "lock table " + table);

            // when
            assertThrows(Database.UnavailableException.class, () -> database.migrate(Duration.ZERO));
            assertThrows(Database.UnavailableException.class, () -> database.migrate(Duration.ZERO), "and is tried again");
            assertEquals(Database.Schema.OLDER, database.schema(Duration.ZERO));
            other.rollback();
            database.migrate(Duration.ofSeconds(20));

            // then
            assertEquals(Database.Schema.OURS, database.schema(Duration.ZERO));
        }
    }

    /// Each statement by itself: whoever is broken off between two of them is followed by somebody who begins with the first.
    @Test
    void whatIsMadeOutsideOfATransactionCanBeMadeOnceMore() throws Exception {
        Pattern repeatable = Pattern.compile(
                "set lock_timeout = .*|drop index (concurrently )?if exists .*|create (table|index) if not exists .*|create index .*"
                        + "|alter table \\S+ add column if not exists [^,]*|insert into .* on conflict do nothing");
        try (Stream<Path> files = Files.list(Path.of("src/main/resources/db/migration"))) {
            for (Path conf : files.filter(file -> file.toString().endsWith(".conf")).toList()) {
                String sql = Files.readString(Path.of(conf.toString().replaceAll("\\.conf$", ""))).replaceAll("--[^\n]*", "");
                Set<String> dropped = new HashSet<>();
                for (String each : sql.split(";")) {
                    String statement = each.strip().replaceAll("\\s+", " ");
                    assertTrue(statement.isEmpty() || repeatable.matcher(statement).matches(), conf + ": " + statement);
                    if (statement.startsWith("drop index")) {
                        dropped.add(statement.replaceAll(".* ", ""));
                    }
                    if (statement.startsWith("create index") && !statement.contains("if not exists")) {
                        String index = statement.replaceAll("^create index (concurrently )?(\\S+) .*", "$2");
                        assertTrue(dropped.contains(index), conf + " makes " + index + " which may be there");
                    }
                }
            }
        }
    }

    @Test
    void doesNotWaitWhereTheDatabaseRefusesIt(EmbeddedPostgres server) {
        // given
        try (Database wrong = new Database(Database.Settings.of(
                server.getJdbcUrl("postgres", "no_such_database"), "postgres", new Secret("postgres")))) {
            long start = System.nanoTime();

            // when
            assertThrows(Database.UnavailableException.class, () -> wrong.migrate(Duration.ofMinutes(5)));

            // then
            assertTrue(System.nanoTime() - start < Duration.ofSeconds(20).toNanos());
        }
    }
}
