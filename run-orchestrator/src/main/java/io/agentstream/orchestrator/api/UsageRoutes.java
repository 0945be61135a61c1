package io.agentstream.orchestrator.api;

import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.UsageLists;
import io.agentstream.orchestrator.store.UsageLists.Position;
import io.agentstream.orchestrator.store.UsageLists.Step;
import io.agentstream.orchestrator.store.UsageLists.Usage;
import io.agentstream.orchestrator.store.UsageLists.Wanted;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// What an organisation used.
final class UsageRoutes {
    private static final String AGENT = ",agent";
    private static final List<String> BY = List.of("minute", "hour", "day", "minute,agent", "hour,agent", "day,agent");
    private static final Duration DEFAULT = Duration.ofDays(1);

    /// Of a range. A month of minutes, some years of hours.
    private static final int MAX_STRETCHES = 50_000;

    /// Nothing is over later than that, whatever the clocks of two machines say.
    private static final Duration AHEAD = Duration.ofHours(1);

    private final Database database;
    private final InstantSource clock;

    UsageRoutes(Database database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
    }

    List<Route> routes() {
        return List.of(Route.list(Access.READ, "/api/v1/usage", this::usage));
    }

    private Reply usage(Call call) {
        Query query = call.query();
        Instant now = clock.instant();
        int limit = query.limit();
        long[] mark = query.position(Cursor.USAGE);
        String by = query.word("by", BY);
        Instant to = or(query.time("to"), now);
        Instant from = or(query.time("from"), to.minus(DEFAULT));
        Step step = step(by);
        if (query.isBad()) {
            return query.badRequest();
        }
        if (!from.isBefore(to)) {
            query.refuse("from", "must be before to");
            return query.badRequest();
        }
        if (Duration.between(from, to).toSeconds() / step.seconds() > MAX_STRETCHES) {
            query.refuse("from", "must be at most " + MAX_STRETCHES + " " + name(step) + "s before to");
            return query.badRequest();
        }
        Instant end = to.isAfter(now.plus(AHEAD)) ? now.plus(AHEAD) : to;
        Wanted wanted = new Wanted(call.organizationId(), from, end, step, by != null && by.endsWith(AGENT), now);
        Position after = mark == null ? null : new Position(Instant.EPOCH.plus(mark[0], ChronoUnit.MICROS), mark[1]);
        return page(wanted, after, limit);
    }

    private Reply page(Wanted wanted, @Nullable Position after, int limit) {
        Page<Usage> page = new Page<>(
                limit, usage -> cursor(new Position(usage.start(), usage.agentId())), UsageRoutes::json);
        return database.inTransaction(connection -> {
            UsageLists.list(connection, wanted, after, new UsageLists.Taker() {
                @Override
                public boolean take(Usage usage) {
                    return page.test(usage);
                }

                @Override
                public void goOnBehind(Position place) {
                    page.goesOnBehind(cursor(place));
                }
            });
            return page.reply();
        });
    }

    private static String cursor(Position place) {
        return Cursor.USAGE.text(ChronoUnit.MICROS.between(Instant.EPOCH, place.start()), place.agentId());
    }

    private static Instant or(@Nullable Instant given, Instant otherwise) {
        return given == null ? otherwise : given;
    }

    private static Step step(@Nullable String by) {
        for (Step step : Step.values()) {
            if (by != null && by.startsWith(name(step))) {
                return step;
            }
        }
        return Step.HOUR;
    }

    private static String name(Step step) {
        return step.name().toLowerCase(Locale.ROOT);
    }

    private static ObjectNode json(Usage usage) {
        ObjectNode out = Json.object();
        out.put("from", Json.time(usage.from()));
        out.put("to", Json.time(usage.to()));
        out.put("agent_uuid", usage.agentUuid() == null ? null : usage.agentUuid().toString());
        out.put("offered", usage.offered());
        out.put("admitted", usage.admitted());
        ObjectNode refused = out.putObject("refused");
        usage.refused().forEach(refused::put);
        out.put("running_peak", usage.runningPeak());
        out.put("seconds", usage.seconds());
        out.put("cost", Json.decimal(usage.cost()));
        return out;
    }
}
