package io.agentstream.orchestrator.api;

import io.agentstream.orchestrator.store.Agents;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.RunFilter;
import io.agentstream.orchestrator.store.RunLists;
import io.agentstream.orchestrator.store.RunLists.Position;
import io.agentstream.orchestrator.store.Runs;
import io.agentstream.orchestrator.store.TextQuery;
import io.agentstream.schemas.End;
import io.agentstream.schemas.Failure;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Lists of runs: an agent's, archived or not, and the organisation's. By pages, or whole in one stream.
final class RunListRoutes {
    private static final List<String> ENDS =
            Arrays.stream(End.values()).map(end -> end.name().toLowerCase(Locale.ROOT)).toList();
    private static final List<String> FAILURES = Arrays.stream(Failure.values())
            .flatMap(failure -> Stream.ofNullable(failure.runFailure().orElse(null)))
            .distinct()
            .toList();

    private final Database database;
    private final AuditedLooks looks;

    RunListRoutes(Database database) {
        this.database = database;
        this.looks = new AuditedLooks(database);
    }

    List<Route> routes() {
        return List.of(
                Route.export(Access.READ, "/api/v1/runs", this::ofOrganization),
                Route.export(Access.READ, "/api/v1/agents/{uuid}/runs", this::ofAgent));
    }

    /// @param mark where the list begins: nothing, a run's number, or a place
    /// @param text what is to be looked for in transcripts
    private record Wanted(RunFilter filter, @Nullable List<Long> mark, int limit, @Nullable String text) {}

    private Reply ofOrganization(Call call) {
        UUID agent = call.query().uuid("agent");
        Wanted wanted = wanted(call);
        if (call.query().isBad()) {
            return call.query().badRequest();
        }
        if (agent == null) {
            return answer(call, wanted);
        }
        // Of an agent that the organisation does not have there are no runs; numbers begin with 1.
        return answer(call, with(wanted, agentId(call, agent).orElse(0L)));
    }

    private Reply ofAgent(Call call) {
        Wanted wanted = wanted(call);
        if (call.query().isBad()) {
            return call.query().badRequest();
        }
        return call.uuid()
                .flatMap(uuid -> agentId(call, uuid))
                .map(id -> answer(call, with(wanted, id)))
                .orElseGet(Reply::notFound);
    }

    private Optional<Long> agentId(Call call, UUID uuid) {
        return database.withConnection(
                connection -> Agents.idEvenIfArchived(connection, call.organizationId(), uuid));
    }

    private static Wanted with(Wanted wanted, long agentId) {
        return new Wanted(wanted.filter().withAgent(agentId), wanted.mark(), wanted.limit(), wanted.text());
    }

    private static Wanted wanted(Call call) {
        Query query = call.query();
        List<Long> mark = null;
        int limit = 0;
        if (call.type().equals(MediaTypes.JSON)) {
            limit = query.limit();
            long[] position = query.position(Cursor.RUNS);
            mark = position == null ? null : Arrays.stream(position).boxed().toList();
        } else {
            Stream.of("limit", "cursor")
                    .filter(query::has)
                    .forEach(name -> query.refuse(name, "has no meaning where the whole list is answered"));
        }
        RunFilter filter = new RunFilter(
                query.state(),
                query.word("end", ENDS),
                query.word("failure", FAILURES),
                null,
                query.number("caller"),
                query.number("called"),
                query.text("external_call_id", 256),
                behind(query.time("created_after")),
                untilShownAs(query.time("created_before")),
                query.seconds("min_duration"),
                query.seconds("max_duration"),
                null);
        return new Wanted(filter, mark, limit, query.text("text", 256));
    }

    private Reply answer(Call call, Wanted wanted) {
        String text = wanted.text();
        if (text == null) {
            return answer(call, wanted, wanted.filter());
        }
        long organization = call.organizationId();
        Optional<TextQuery> query = database.withConnection(connection -> TextQuery.parse(connection, organization, text));
        if (query.isEmpty()) {
            call.query().refuse("text", "must have a word to look for, and not only words to be without");
            return call.query().badRequest();
        }
        // Who looks through what callers said is known, and not for what. A page behind a cursor is a look too: anybody can make one.
        looks.write(call, "transcripts.searched", "organization", organization);
        return answer(call, wanted, wanted.filter().withText(query.get()));
    }

    private Reply answer(Call call, Wanted wanted, RunFilter filter) {
        long organization = call.organizationId();
        return switch (call.type()) {
            case MediaTypes.NDJSON -> stream(organization, filter, new RunLines());
            case MediaTypes.CSV -> stream(organization, filter, new RunTable(filter.text() != null));
            default -> page(organization, wanted, filter);
        };
    }

    private Reply page(long organization, Wanted wanted, RunFilter filter) {
        Page<Runs.Run> page = new Page<>(wanted.limit(), RunListRoutes::cursor, RunRoutes::json);
        return database.inTransaction(connection -> {
            Position after = wanted.mark() == null ? null : position(connection, organization, wanted.mark());
            RunLists.list(connection, organization, filter, after, wanted.limit() + 1, new RunLists.Taker() {
                @Override
                public boolean take(Runs.Run run) {
                    return page.test(run);
                }

                @Override
                public void goOnBehind(Position place) {
                    page.goesOnBehind(cursor(place));
                }
            });
            return page.reply();
        });
    }

    private Reply stream(long organization, RunFilter filter, RunWriter writer) {
        return Reply.stream(writer.type(), writer.start(), new RunPieces(database, organization, filter, writer));
    }

    /// A number alone is that of a run; behind one that the organisation does not have there is nothing.
    private static Position position(Connection connection, long organization, List<Long> mark) throws SQLException {
        return mark.size() == 1
                ? RunLists.position(connection, organization, mark.getFirst())
                : new Position(Instant.EPOCH.plus(mark.getFirst(), ChronoUnit.MICROS), mark.getLast());
    }

    private static String cursor(Runs.Run run) {
        return cursor(new Position(run.createdAt(), run.id()));
    }

    /// The database knows microseconds.
    private static String cursor(Position place) {
        return Cursor.RUNS.text(ChronoUnit.MICROS.between(Instant.EPOCH, place.createdAt()), place.id());
    }

    /// The first instant that is shown as later than `time`: we show milliseconds.
    private static @Nullable Instant behind(@Nullable Instant time) {
        return time == null ? null : time.truncatedTo(ChronoUnit.MILLIS).plusMillis(1);
    }

    /// The first instant that is not shown as earlier than `time`.
    private static @Nullable Instant untilShownAs(@Nullable Instant time) {
        return time == null || time.equals(time.truncatedTo(ChronoUnit.MILLIS)) ? time : behind(time);
    }
}
