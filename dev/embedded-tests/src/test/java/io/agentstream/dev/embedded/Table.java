package io.agentstream.dev.embedded;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/// One table of an embedded database, as seen by the user that the services get.
final class Table {

    private Table() {}

    static Connection connect(EmbeddedPostgres postgres) throws SQLException {
        return DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), postgres.password());
    }

    static void create(EmbeddedPostgres postgres) throws SQLException {
        try (Connection connection = connect(postgres);
                var statement = connection.createStatement()) {
            statement.execute("CREATE TABLE said (id bigserial PRIMARY KEY, words text NOT NULL)");
        }
    }

    static void write(EmbeddedPostgres postgres, String words) throws SQLException {
        try (Connection connection = connect(postgres);
                PreparedStatement statement = connection.prepareStatement("INSERT INTO said (words) VALUES (?)")) {
            statement.setString(1, words);
            statement.executeUpdate();
        }
    }

    static List<String> read(EmbeddedPostgres postgres) throws SQLException {
        List<String> words = new ArrayList<>();
        try (Connection connection = connect(postgres);
                ResultSet rows = connection.createStatement().executeQuery("SELECT words FROM said ORDER BY id")) {
            while (rows.next()) {
                words.add(rows.getString(1));
            }
        }
        return words;
    }
}
