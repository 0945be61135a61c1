package io.agentstream.orchestrator.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// A statement, its parameters, its rows. Values travel as parameters only. An [Instant] becomes `timestamptz`, a
/// [JsonNode] `jsonb`; everything else is what the driver makes of it. Only the thread that has the connection.
public final class Sql {
    private static final int ROWS_AT_A_TIME = 5;

    private Sql() {}

    /// Makes a value of the row the cursor is on.
    @FunctionalInterface
    public interface Row<T> {
        T read(ResultSet row) throws SQLException;
    }

    public static <T> List<T> query(Connection connection, String sql, Row<T> row, @Nullable Object... parameters)
            throws SQLException {
        try (PreparedStatement statement = prepare(connection, sql, parameters);
                ResultSet rows = statement.executeQuery()) {
            List<T> result = new ArrayList<>();
            while (rows.next()) {
                result.add(row.read(rows));
            }
            return result;
        }
    }

    /// The first row, where there is one.
    public static <T> Optional<T> first(Connection connection, String sql, Row<T> row, @Nullable Object... parameters)
            throws SQLException {
        List<T> rows = query(connection, sql, row, parameters);
        return rows.isEmpty() ? Optional.empty() : Optional.of(rows.getFirst());
    }

    /// The row that the statement always has: an `insert ... returning`.
    public static <T> T only(Connection connection, String sql, Row<T> row, @Nullable Object... parameters)
            throws SQLException {
        return first(connection, sql, row, parameters)
                .orElseThrow(() -> new IllegalStateException("a statement that always has a row had none"));
    }

    /// Hands row after row to `taker` until it has enough (false). In a transaction the rows come a few at a time, so that those
    /// that nobody takes are not read; outside of one the driver reads them all.
    public static <T> void each(
            Connection connection, String sql, Row<T> row, Predicate<T> taker, @Nullable Object... parameters)
            throws SQLException {
        each(connection, ROWS_AT_A_TIME, sql, row, taker, parameters);
    }

    /// As [#each(Connection, String, Row, Predicate, Object...)], with so many rows at a time.
    public static <T> void each(
            Connection connection, int rowsAtATime, String sql, Row<T> row, Predicate<T> taker, @Nullable Object... parameters)
            throws SQLException {
        try (PreparedStatement statement = prepare(connection, sql, parameters)) {
            statement.setFetchSize(rowsAtATime);
            try (ResultSet rows = statement.executeQuery()) {
                boolean more = true;
                while (more && rows.next()) {
                    more = taker.test(row.read(rows));
                }
            }
        }
    }

    /// How many rows it changed.
    public static int update(Connection connection, String sql, @Nullable Object... parameters) throws SQLException {
        try (PreparedStatement statement = prepare(connection, sql, parameters)) {
            return statement.executeUpdate();
        }
    }

    /// As often as there are items, in order and in one round trip; how many rows it changed.
    public static <T> int updateAll(
            Connection connection, String sql, List<T> items, Function<T, @Nullable Object[]> parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (T item : items) {
                set(statement, parameters.apply(item));
                statement.addBatch();
            }
            return Arrays.stream(statement.executeBatch()).sum();
        }
    }

    public static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    public static @Nullable Instant instantOrNull(ResultSet row, String column) throws SQLException {
        OffsetDateTime value = row.getObject(column, OffsetDateTime.class);
        return value == null ? null : value.toInstant();
    }

    public static @Nullable Integer intOrNull(ResultSet row, String column) throws SQLException {
        int value = row.getInt(column);
        return row.wasNull() ? null : value;
    }

    public static @Nullable Long longOrNull(ResultSet row, String column) throws SQLException {
        long value = row.getLong(column);
        return row.wasNull() ? null : value;
    }

    private static PreparedStatement prepare(Connection connection, String sql, @Nullable Object... parameters)
            throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        try {
            set(statement, parameters);
            return statement;
        } catch (SQLException | RuntimeException failure) {
            statement.close();
            throw failure;
        }
    }

    private static void set(PreparedStatement statement, @Nullable Object[] parameters) throws SQLException {
        for (int i = 0; i < parameters.length; i++) {
            statement.setObject(i + 1, toDriver(parameters[i]));
        }
    }

    private static @Nullable Object toDriver(@Nullable Object parameter) {
        return switch (parameter) {
            case null -> null;
            case Instant instant -> instant.atOffset(ZoneOffset.UTC);
            case JsonNode json -> Jsonb.parameter(json);
            default -> parameter;
        };
    }
}
