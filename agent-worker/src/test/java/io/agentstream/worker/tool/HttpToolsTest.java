package io.agentstream.worker.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.agents.conversation.HttpRequest;
import io.agentstream.dev.simulator.services.Asked;
import io.agentstream.dev.simulator.services.Mishap;
import io.agentstream.dev.simulator.services.Reply;
import io.agentstream.dev.simulator.services.ServiceServer;
import io.agentstream.runtime.Networks;
import io.agentstream.runtime.Secret;
import io.agentstream.worker.engine.cascade.Tools;
import io.agentstream.worker.service.Given;
import io.agentstream.worker.service.KeySource;
import io.agentstream.worker.service.Told;
import io.agentstream.worker.service.wire.Wire;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class HttpToolsTest {

    private static final String USE = "call/1-abc";
    private static final KeySource KEY = () -> new Secret("sk-shop");

    private final Shop shop = new Shop();
    private final Wire wire = Given.wire();
    private final HttpTools tools = new HttpTools(wire);
    private final Told<String> told = new Told<>();

    /// A system of a tenant's.
    private static final class Shop extends ServiceServer {

        volatile int status = 200;
        volatile String body = "{\"state\":\"shipped\"}";

        Shop() {
            start();
        }

        @Override
        protected void serve(Asked request, Reply reply, Mishap mishap) throws IOException {
            if (mishap == Mishap.SILENT) {
                reply.awaitEnd();
            } else if (!beginsBadly(reply, mishap)) {
                reply.json(status, body);
            }
        }
    }

    @AfterEach
    void end() throws IOException {
        wire.close();
        shop.close();
    }

    private HttpRequest get(int timeoutMs, int maxBytes, int retries) {
        return new HttpRequest("GET", shop.url() + "/orders/7?a=b", Map.of(), null, null, null, timeoutMs, maxBytes, retries);
    }

    private Tools.Use use(HttpRequest request, KeySource key) {
        return tools.use(request, USE, key, (failed, result) -> told.on((failed ? "failed " : "done ") + result));
    }

    private String result(HttpRequest request) {
        use(request, KEY);
        return told.await(String.class);
    }

    @Test
    void sendsWhatTheDefinitionSaysWithTheKeyOfTheOrganisationAndOneOfTheUse() {
        HttpRequest request = new HttpRequest(
                "POST", shop.url() + "/orders/7", Map.of("X-Call", "c-1", "content-length", "999", "Host", "elsewhere"),
                "{\"number\":7}", "shop", null, 5_000, 1_000, 0);

        assertEquals("done {\"state\":\"shipped\"}", result(request));
        Asked asked = shop.asked().getFirst();
        assertEquals("POST /orders/7 {\"number\":7}", asked.method() + " " + asked.path() + " " + asked.body());
        assertEquals("Bearer sk-shop", asked.headers().get("authorization"));
        assertEquals(USE, asked.headers().get("idempotency-key"));
        assertEquals("c-1", asked.headers().get("x-call"));
        assertEquals("application/json", asked.headers().get("content-type"));
        assertTrue(asked.headers().get("host").startsWith("127.0.0.1"));
    }

    @Test
    void theKeyGoesIntoTheHeaderThatTheDefinitionNames() {
        HttpRequest request = new HttpRequest("GET", shop.url() + "/", Map.of(), null, "shop", "X-Api-Key", 5_000, 1_000, 0);

        result(request);

        assertEquals("sk-shop", shop.asked().getFirst().headers().get("x-api-key"));
        assertFalse(shop.asked().getFirst().headers().containsKey("authorization"));
    }

    @Test
    void whatIsToldOfAnErrorEndsWithinNoCharacter() {
        shop.status = 500;
        shop.body = "x".repeat(1_999) + "\uD83D\uDE00" + "x".repeat(100);

        assertEquals("failed {\"error\":\"status\",\"status\":500,\"answer\":\"" + "x".repeat(1_999) + "\"}", result(get(5_000, 10_000, 0)));
    }

    @Test
    void aServerThatSendsTheKeyBackTellsItToNobody() {
        shop.body = "{\"you_sent\":\"Bearer sk-shop\"}";

        assertEquals("done {\"you_sent\":\"Bearer ********\"}", result(get(5_000, 1_000, 0)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
        "200 | text, and no JSON | done text, and no JSON",
        "204 | ~~ | done {\"status\":204}",
        "302 | ~~ | failed {\"error\":\"status\",\"status\":302}",
        "404 | {\"why\":\"gone\"} | failed {\"error\":\"status\",\"status\":404,\"answer\":{\"why\":\"gone\"}}",
        "500 | oh | failed {\"error\":\"status\",\"status\":500,\"answer\":\"oh\"}"
    })
    void whatIsAnsweredIsTheResult(int status, String body, String result) {
        shop.status = status;
        shop.body = body;

        assertEquals(result, result(get(5_000, 1_000, 3)));
        assertEquals(1, shop.asked().size());
    }

    @Test
    void anAnswerThatIsTooLargeIsNotTaken() {
        shop.body = "\"" + "x".repeat(2_000) + "\"";

        assertEquals("failed {\"error\":\"too_large\"}", result(get(5_000, 1_000, 0)));
    }

    @Test
    void whatTakesTooLongIsATimeout() {
        shop.next(Mishap.SILENT);

        assertEquals("failed {\"error\":\"timeout\"}", result(get(200, 1_000, 0)));
    }

    /// Whoever wanted it has given it up by then, and may want it again under another key.
    @Test
    void whatItsKeyTookTooLongForIsNotSent() {
        use(get(100, 1_000, 0), () -> {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(150)); // as an orchestrator that is slow
            return new Secret("sk-shop");
        });

        assertEquals("failed {\"error\":\"timeout\"}", told.await(String.class));
        assertEquals(List.of(), shop.asked());
    }

    @Test
    void withoutAnAnswerItIsSentAgainUnderTheSameKeyOfTheUse() {
        shop.next(Mishap.LOST, Mishap.SILENT);

        assertEquals("done {\"state\":\"shipped\"}", result(get(1_000, 1_000, 2)));
        assertEquals(List.of(USE, USE, USE), shop.asked().stream().map(asked -> asked.headers().get("idempotency-key")).toList());
    }

    @Test
    void andNoMoreOftenThanTheDefinitionSays() {
        shop.next(Mishap.LOST, Mishap.LOST, Mishap.LOST);

        assertEquals("failed {\"error\":\"network\"}", result(get(1_000, 1_000, 1)));
        assertEquals(2, shop.asked().size());
    }

    @Test
    void anAddressThatMayNotBeReachedIsNotConnectedTo() throws Exception {
        try (Wire guarded = new Wire(Networks.NONE)) {
            new HttpTools(guarded).use(get(5_000, 1_000, 3), USE, KEY, (failed, result) -> told.on(failed + " " + result));

            assertEquals("true {\"error\":\"address\"}", told.await(String.class));
            assertEquals(List.of(), shop.asked());
        }
    }

    @Test
    void whatIsNoAddressIsSentNowhere() {
        assertEquals(
                "failed {\"error\":\"address\"}",
                result(new HttpRequest("GET", "https://a b/", Map.of(), null, null, null, 5_000, 1_000, 0)));
    }

    @Test
    void withoutAKeyThatItWantsItIsNotSent() {
        HttpRequest request = new HttpRequest("GET", shop.url() + "/", Map.of(), null, "shop", null, 5_000, 1_000, 0);
        use(request, () -> {
            throw new IllegalStateException("no such key");
        });

        assertEquals("failed {\"error\":\"no_key\"}", told.await(String.class));
        assertEquals(List.of(), shop.asked());
    }

    @Test
    void ofWhatWasCancelledNothingIsTold() {
        shop.next(Mishap.SILENT);
        Tools.Use first = use(get(5_000, 1_000, 3), KEY);
        Given.await("it is asked", () -> shop.asked().size() == 1);

        first.cancel();

        assertEquals("done {\"state\":\"shipped\"}", result(get(5_000, 1_000, 0)));
        assertEquals(1, told.all().size());
        assertEquals(2, shop.asked().size());
    }
}
