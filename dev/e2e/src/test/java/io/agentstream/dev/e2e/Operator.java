package io.agentstream.dev.e2e;

import io.agentstream.dev.local.DemoFile;
import java.io.IOException;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/// What the installation's operator does to the demo organisation.
record Operator(DemoFile demo) {

    /// @param body limits as JSON
    void limits(String body) throws IOException, InterruptedException {
        new Api(demo).sendAs(
                demo.operatorKey(), "PATCH", "/api/v1/operator/organizations/" + demo.organizationId(), body);
    }

    /// Sets the owner's balance, whatever it was; null: unlimited.
    void credits(@Nullable String amount) {
        try (Connection connection = DriverManager.getConnection(
                        demo.jdbcUrl(), demo.databaseUser(), demo.databasePassword());
                PreparedStatement statement = connection.prepareStatement(
                        "update users set credits = ?, billing = ? where organization_id = ?")) {
            statement.setBigDecimal(1, amount == null ? null : new BigDecimal(amount));
            statement.setString(2, amount == null ? "unlimited" : "prepaid");
            statement.setLong(3, demo.organizationId());
            statement.executeUpdate();
        } catch (SQLException failure) {
            throw new IllegalStateException("the balance was not set", failure);
        }
    }
}
