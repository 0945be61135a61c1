package io.agentstream.worker.engine.cascade;

import io.agentstream.agents.definition.Services.Service;
import io.agentstream.agents.definition.Settings;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A service of a row, with what it is asked for beside what its definition says: one that has no such voice may have another one, and what
/// stands of one agent's row is to be nothing to another one's.
///
/// @param voice null: none, or the service's usual one
/// @param language null: it is told none
public record Member(Service service, @Nullable String voice, @Nullable String language) {

    /// Of services that hear.
    static List<Member> ears(List<Service> services, Settings settings) {
        return services.stream().map(each -> new Member(each, null, settings.language())).toList();
    }

    /// Of services that think.
    static List<Member> brains(List<Service> services) {
        return services.stream().map(each -> new Member(each, null, null)).toList();
    }

    /// Of services that speak, whatever else they do.
    public static List<Member> voices(List<Service> services, Settings settings) {
        return services.stream()
                .map(each -> new Member(each, each.voice() == null ? settings.voice() : each.voice(), settings.language()))
                .toList();
    }
}
