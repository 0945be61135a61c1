package io.agentstream.worker.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.dev.simulator.services.Mishap;
import io.agentstream.dev.simulator.services.PlayedMcp;
import io.agentstream.dev.simulator.services.PlayedMcp.Manner;
import io.agentstream.runtime.Networks;
import io.agentstream.schemas.Json;
import io.agentstream.worker.engine.cascade.ToolServer;
import io.agentstream.worker.engine.cascade.Tools;
import io.agentstream.worker.service.Given;
import io.agentstream.worker.service.ServiceFailure;
import io.agentstream.worker.service.wire.Wire;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// Servers of tools that do not do what they should.
final class McpTroubleTest extends McpFixture {

    @Test
    void aRevisionThatNobodyKnowsIsAFailure() throws Exception {
        played.version("1999-01-01");
        ToolServer server = open();

        assertEquals(Optional.of(new ServiceFailure.Broken("no message of the protocol")), listed(server));
        assertEquals("failed {\"error\":\"protocol\"}", result(server, "kb_search"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "SPLIT | done It is open.", "UNKNOWN | done It is open.", "UNENDED | failed {\"error\":\"network\"}",
        "CUT | failed {\"error\":\"network\"}", "LOST | failed {\"error\":\"network\"}", "GARBAGE | failed {\"error\":\"protocol\"}",
        "EMPTY | failed {\"error\":\"protocol\"}", "HUGE | failed {\"error\":\"too_large\"}",
        "REFUSED | failed {\"error\":\"status\",\"status\":401}", "ERROR | failed {\"error\":\"status\",\"status\":500}"
    })
    void whateverItDoesAUseHasOneResult(Mishap mishap, String result) throws Exception {
        ToolServer server = open();
        listed(server);
        played.next(mishap);

        assertEquals(result, result(server, "kb_search"));
        assertEquals("done It is open.", result(server, "kb_search"), "the next use");
    }

    @Test
    void anAnswerThatIsTooLargeIsNotTaken() throws Exception {
        played.answering(params -> PlayedMcp.text("x".repeat(2_000)));
        ToolServer server = open(Set.of(), 10_000, 1_000);
        listed(server);

        assertEquals("failed {\"error\":\"too_large\"}", result(server, "kb_search"));
        played.manner(Manner.JSON);
        assertEquals("failed {\"error\":\"too_large\"}", result(server, "kb_search"));
    }

    @ParameterizedTest
    @EnumSource(Manner.class)
    void whatIsTooLargeIsNotEvenTakenApart(Manner manner) throws Exception {
        played.manner(manner);
        played.answering(params -> Json.MAPPER.createObjectNode().put("n", new BigInteger("9".repeat(30_000)))); // which no reader takes
        ToolServer server = open(Set.of(), 10_000, 1_000);
        listed(server);

        assertEquals("failed {\"error\":\"too_large\"}", result(server, "kb_search"));
    }

    @Test
    void whatTakesTooLongIsATimeoutAndTheServerIsToldThatNobodyWaits() throws Exception {
        ToolServer server = open(Set.of(), 2_000, 16_384);
        listed(server);
        played.next(Mishap.SILENT);

        assertEquals("failed {\"error\":\"timeout\"}", result(server, "kb_search"));
        Given.await("it is told", () -> played.told().stream()
                .anyMatch(each -> each.path("method").asString("").equals("notifications/cancelled") && each.path("params").has("requestId")));
    }

    @Test
    void whatSomebodyElseHadBegunIsDoneAgainOnlyWhereThatDoesNoHarm() throws Exception {
        ToolServer server = open();
        listed(server);

        use(server, "kb_search", true);
        assertEquals("failed {\"error\":\"unknown_outcome\"}", told.await(String.class));
        assertEquals(List.of(), played.uses());

        use(server, names(server).get(1), true);
        assertEquals("done It is open.", told.await(String.class, 2).getLast());
    }

    @Test
    void aServerThatDoesNotAnswerIsAskedAgainWhenABrainIsAsked() throws Exception {
        played.next(Mishap.BUSY_FOR_LONG);
        ToolServer server = open();

        assertTrue(listed(server).isPresent());
        assertEquals(List.of(), names(server));

        Given.await("its tools are known", () -> !names(server).isEmpty());
    }

    @Test
    void andThatNotWithoutEnd() throws Exception {
        played.next(Mishap.REFUSED, Mishap.REFUSED, Mishap.REFUSED, Mishap.REFUSED);
        ToolServer server = open();
        listed(server);

        Given.await("it is asked again", () -> names(server).isEmpty() && played.asked().size() == 3);
        names(server);

        assertEquals("failed {\"error\":\"status\",\"status\":401}", result(server, "kb_search"));
        assertEquals(3, played.asked().size());
    }

    @Test
    void anAddressThatMayNotBeReachedIsNotConnectedTo() throws Exception {
        try (Wire guarded = new Wire(Networks.NONE)) {
            ToolServer server = open(guarded, definition(Set.of(), 5_000, 1_000), KEY);

            assertEquals(Optional.of(new ServiceFailure.Refused("the address may not be reached from here")), listed(server));
            assertEquals("failed {\"error\":\"address\"}", result(server, "kb_search"));
            assertEquals(List.of(), played.asked());
        }
    }

    @Test
    void withoutAKeyThatItWantsItIsNotAsked() throws Exception {
        ToolServer server = open(wire, definition(Set.of(), 5_000, 1_000), () -> {
            throw new IllegalStateException("no such key");
        });

        assertEquals(Optional.of(new ServiceFailure.Refused("no key")), listed(server));
        assertEquals("failed {\"error\":\"no_key\"}", result(server, "kb_search"));
        assertEquals(List.of(), played.asked());
    }

    @Test
    void ofWhatWasCancelledNothingIsTold() throws Exception {
        ToolServer server = open();
        listed(server);
        int before = played.asked().size();
        played.next(Mishap.SILENT);
        Tools.Use first = use(server, "kb_search", false);
        Given.await("it is asked", () -> played.asked().size() == before + 1);

        first.cancel();

        assertEquals("done It is open.", result(server, "kb_search"));
        assertEquals(1, told.all().size());
    }
}
