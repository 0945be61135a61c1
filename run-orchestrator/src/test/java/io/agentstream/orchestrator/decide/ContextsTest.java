package io.agentstream.orchestrator.decide;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.Json;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

final class ContextsTest {

    private static ObjectNode json(String text) {
        return (ObjectNode) Json.MAPPER.readTree(text.replace('\'', '"'));
    }

    @Test
    void keepsBuiltInKeysFromTemplateAndCustomParameters() {
        CallEvent.Offered offer = Samples.offered().from("+1555").build();
        ObjectNode template = json("{'provider': 'x', 'tier': 'silver', 'tone': 'warm', 'called_number': '+1666'}");

        Contexts contexts = Contexts.offered(offer, "cloudonix", template).started(Samples.started()
                .parameters(Map.of("provider", "evil", "direction", "up", "caller_number", "0", "tier", "gold"))
                .build(), "cloudonix");

        assertEquals(
                json("{'tier': 'gold', 'tone': 'warm', 'provider': 'cloudonix', 'direction': 'inbound',"
                        + " 'caller_number': '+1555', 'cloudonix_context': 'inbound'}"),
                contexts.initial());
    }

    @Test
    void aTemplateCannotFillWhatTheCallDoesNotSay() {
        ObjectNode template = json("{'caller_number': '+1999', 'called_number': '+1666', 'direction': 'up',"
                + " 'provider': 'x', 'cloudonix_context': 'y'}");

        Contexts contexts = Contexts.offered(Samples.offered().build(), "cloudonix", template);

        assertEquals(json("{'provider': 'cloudonix', 'direction': 'inbound'}"), contexts.initial());
    }

    @Test
    void whatWasCutIsSaid() {
        CallEvent.Started start = Samples.started().cut(List.of("100 of 150 parameters")).build();

        Contexts contexts =
                Contexts.offered(Samples.offered().build(), "cloudonix", json("{}")).started(start, "cloudonix");

        assertEquals(json("{'cut': ['100 of 150 parameters']}").get("cut"), contexts.logs().get("cut"));
    }

    @Test
    void customParametersCannotSetABuiltInKeyThatHasNoValue() {
        Contexts contexts = Contexts.offered(Samples.offered().build(), "cloudonix", json("{}"))
                .started(
                        Samples.started()
                                .context(null)
                                .parameters(Map.of("called_number", "1", "cloudonix_context", "outbound-api"))
                                .build(),
                        "cloudonix");

        assertFalse(contexts.initial().has("called_number"));
        assertFalse(contexts.initial().has("cloudonix_context"));
        assertEquals("inbound", contexts.initial().get("direction").stringValue());
    }

    @Test
    void directionIsOutboundWhereWeDialled() {
        CallEvent.Started start = Samples.started().context("outbound-api").build();

        Contexts contexts = Contexts.offered(Samples.offered().build(), "cloudonix", json("{}")).started(start, "cloudonix");

        assertEquals("outbound", contexts.initial().get("direction").stringValue());
        assertEquals("outbound-api", contexts.initial().get("cloudonix_context").stringValue());
        assertEquals("outbound", Contexts.callType(start));
    }

    @Test
    void callIdOfTheUrlGoesBeforeTheSession() {
        CallEvent.Started start = Samples.started().build();

        Contexts withUrl = Contexts.offered(Samples.offered().externalCallId("mine").build(), "cloudonix", json("{}"))
                .started(start, "cloudonix");
        Contexts without = Contexts.offered(Samples.offered().build(), "cloudonix", json("{}")).started(start, "cloudonix");

        assertEquals(
                json("{'call_id': 'mine', 'cloudonix_call_sid': 'call-1', 'cloudonix_stream_sid': 'MZ-1'}"),
                withUrl.gathered());
        assertEquals("sess-1", without.gathered().get("call_id").stringValue());
    }

    @Test
    void callSidStandsInForAMissingSession() {
        assertEquals(Optional.of("call-1"), Contexts.session(Samples.started().session(null).build()));
        assertEquals(Optional.of("call-1"), Contexts.session(Samples.started().session("").build()));
    }

    @Test
    void logsHoldTheProvidersOwnWords() {
        Contexts contexts = Contexts.offered(Samples.offered().domain("acme.cloudonix.net").build(), "cloudonix", json("{}"));
        assertEquals(json("{'inbound_webhook': {'domain': 'acme.cloudonix.net'}}"), contexts.logs());

        assertEquals(
                json("{'inbound_webhook': {'domain': 'acme.cloudonix.net', 'session': 'sess-1', 'callSid': 'call-1',"
                        + " 'streamSid': 'MZ-1', 'context': 'inbound', 'tracks': ['inbound'],"
                        + " 'mediaFormat': {'encoding': 'audio/x-mulaw', 'sampleRate': 8000, 'channels': 1}}}"),
                contexts.started(Samples.started().build(), "cloudonix").logs());
    }

    @Test
    void eventsAreShownWithoutWhatNamesTheAgent() {
        ObjectNode shown = Contexts.shown(Samples.offered().build());

        assertFalse(shown.toString().contains(Samples.DIGEST));
        assertEquals("offered", shown.get("type").stringValue());
    }
}
