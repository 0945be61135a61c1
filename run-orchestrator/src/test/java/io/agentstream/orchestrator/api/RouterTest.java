package io.agentstream.orchestrator.api;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.orchestrator.api.Router.Match;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Which route answers.
final class RouterTest {

    private static final Route SCHEMA = Route.get(Access.READ, "/agents/schema", _ -> Reply.notFound());
    private static final Route AGENT = Route.get(Access.READ, "/agents/{uuid}", _ -> Reply.notFound());
    private static final Route CHANGE = Route.patch(Access.WRITE, "/agents/{uuid}", _ -> Reply.notFound());
    private static final Router ROUTER = new Router(List.of(AGENT, CHANGE, SCHEMA));

    @Test
    void aPathThatIsSpeltOutWinsOverOneWithNames() {
        assertEquals(new Match.Found(SCHEMA, Map.of()), ROUTER.match("GET", "/agents/schema"));
        assertEquals(new Match.Found(AGENT, Map.of("uuid", "x")), ROUTER.match("HEAD", "/agents/x"));
        assertEquals(new Match.Found(CHANGE, Map.of("uuid", "x")), ROUTER.match("PATCH", "/agents/x"));
    }

    @Test
    void aPathThatIsSpeltOutHasNoMethodsOfItsNamesake() {
        assertEquals(new Match.OtherMethods(Set.of("GET", "HEAD", "OPTIONS")), ROUTER.match("PATCH", "/agents/schema"));
        assertEquals(new Match.OtherMethods(Set.of("GET", "HEAD", "OPTIONS", "PATCH")), ROUTER.match("DELETE", "/agents/x"));
    }

    @Test
    void whatIsNotThereIsNothing() {
        assertEquals(new Match.Nothing(), ROUTER.match("GET", "/agents"));
        assertEquals(new Match.Nothing(), ROUTER.match("GET", "/agents/x/y"));
    }
}
