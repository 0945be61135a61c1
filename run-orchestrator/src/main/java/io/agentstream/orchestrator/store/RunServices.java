package io.agentstream.orchestrator.store;

import io.agentstream.schemas.Json;
import io.agentstream.schemas.ServiceUse;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// What the services of runs were used for. Only the thread that has the connection.
public final class RunServices {

    private RunServices() {}

    /// Adds to what is known of a run what its conversation tells beside. The caller's transaction sees to it that this is added once.
    public static void used(Connection connection, long runId, List<ServiceUse> more) throws SQLException {
        List<ServiceUse> known = Sql.only(connection, "select services from runs where id = ? for no key update", RunServices::known, runId);
        JsonNode sum = Json.MAPPER.valueToTree(ServiceUse.sum(known, more));
        Sql.update(connection, "update runs set services = ? where id = ?", sum, runId);
    }

    private static List<ServiceUse> known(ResultSet row) throws SQLException {
        return List.of(Json.MAPPER.treeToValue(read(row), ServiceUse[].class));
    }

    /// A list; empty where nothing was told.
    static JsonNode read(ResultSet row) throws SQLException {
        @Nullable String services = row.getString("services");
        return services == null ? Json.MAPPER.createArrayNode() : Json.MAPPER.readTree(services);
    }
}
