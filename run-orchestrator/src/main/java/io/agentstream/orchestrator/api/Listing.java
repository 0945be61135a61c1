package io.agentstream.orchestrator.api;

import io.agentstream.orchestrator.store.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import tools.jackson.databind.node.ObjectNode;

/// How most lists are answered: newest first, by a number that only grows.
///
/// @param position the number of a row
/// @param view what is shown of it
record Listing<T>(Cursor list, ToLongFunction<T> position, Function<T, ObjectNode> view) {

    /// Gives rows with numbers below `before`, newest first, to `taker` for as long as it takes them, `limit` at most.
    @FunctionalInterface
    interface Rows<T> {
        void give(Connection connection, long before, int limit, Predicate<T> taker) throws SQLException;
    }

    /// The page that the call asks for.
    Reply answer(Database database, Call call, Rows<T> rows) {
        int limit = call.query().limit();
        long before = call.query().cursor(list, Long.MAX_VALUE);
        if (call.query().isBad()) {
            return call.query().badRequest();
        }
        Page<T> page = Page.of(limit, list, position, view);
        return database.inTransaction(connection -> {
            rows.give(connection, before, limit + 1, page);
            return page.reply();
        });
    }
}
