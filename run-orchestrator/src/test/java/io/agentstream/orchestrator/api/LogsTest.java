package io.agentstream.orchestrator.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import io.agentstream.orchestrator.secret.ApiKeys;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.SampleTenant;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.runtime.Secret;
import java.security.SecureRandom;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.LoggerFactory;

@ExtendWith(TestPostgres.class)
final class LogsTest {
    private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private final Level before = root.getLevel();
    private final Lines lines = new Lines();

    private static final class Lines extends AppenderBase<ILoggingEvent> {
        final List<String> all = new CopyOnWriteArrayList<>();

        @Override
        protected void append(ILoggingEvent event) {
            String trace = event.getThrowableProxy() == null ? "" : ThrowableProxyUtil.asString(event.getThrowableProxy());
            if (event.getLoggerName().startsWith("io.zonky.")) {
                return; // the database server's own log
            }
            all.add(event.getLoggerName() + " " + event.getFormattedMessage() + " " + trace);
        }
    }

    @BeforeEach
    void listen() {
        lines.start();
        root.addAppender(lines);
    }

    @AfterEach
    void stopListening() {
        root.detachAppender(lines);
        root.setLevel(before);
    }

    @Test
    void nameNoSecretWhateverGoesWrong(Database database) throws Exception {
        // given
        SampleTenant tenant = SampleTenant.create(database);
        String agent = "/api/v1/agents/" + tenant.agentUuid();
        Secret key = tenant.apiKey();
        Secret stranger = new ApiKeys(new SecureRandom()).generate();
        database.inTransaction(connection -> {
            try (Statement breaking = connection.createStatement()) {
                return breaking.execute("alter table agent_versions add constraint no_hush"
                        + " check (definition ->> 'farewell' <> 'hush-definition')");
            }
        });
        root.setLevel(Level.DEBUG);

        // when
        int bug;
        List<String> made = new ArrayList<>(List.of(ApiSettings.OPERATOR_KEY.reveal()));
        try (RunningApi api = new RunningApi(database, key)) {
            bug = api.send(
                            "PUT", agent + "/draft",
                            "{\"definition\":{\"engine\":\"scripted\",\"farewell\":\"hush-definition\",\"start\":\"a\","
                                    + "\"nodes\":{\"a\":{\"say\":\"Bye.\",\"hang_up\":true}}}}")
                    .status();
            api.get(agent + "/runs?state=hush-query&hush-parameter=1");
            api.get("/api/v1/hush-path/" + tenant.agentUuid());
            api.send("PUT", "/api/v1/agents/" + tenant.agentUuid() + "/versions", null);
            api.send("PATCH", agent, "{\"hush-field\":\"hush-value\\u0000\"}");
            api.send("PATCH", agent, "{\"name\":\"hush-cut");
            api.send("PATCH", agent, "{\"name\":\"" + "hush-".repeat(200_000) + "\"}");
            api.send("PATCH", agent, "{}", "Content-Type", "hush-type/x");
            api.send("PATCH", agent, "{\"template_context_variables\":{\"caller_number\":\"hush-number\"}}");
            api.send(api.request("GET", agent, null).header("Authorization", "Bearer " + stranger.reveal()));
            api.send(api.request("GET", agent, null).header("Authorization", "Bearer hush-key"));
            made.add(api.send("POST", "/api/v1/api-keys", "{\"name\":\"k\",\"scope\":\"admin\"}").get("/key").stringValue());
            made.add(api.operator("POST", "/api/v1/operator/organizations", "{\"name\":\"O\",\"owner_email\":\"o@example.com\"}")
                    .get("/api_key").stringValue());
            api.send("GET", "/api/v1/organization", null, "X-Forwarded-For", "192.0.2.1");
            api.send("GET", "/api/v1/organization", null, "X-Forwarded-For", "192.0.2.1");
            api.send(
                    "POST",
                    "/api/v1/telephony-configurations",
                    "{\"name\":\"A\",\"provider\":\"cloudonix\","
                            + "\"credentials\":{\"domain_id\":\"x\",\"bearer_token\":\"hush-token-of-the-provider\"}}");
        }

        // then
        assertEquals(500, bug);
        assertTrue(lines.all.stream().anyMatch(line -> line.contains("PUT /api/v1/agents/{uuid}/draft failed")));
        assertEquals(1, lines.all.stream().filter(line -> line.contains("AGENT_STREAM_API_TRUSTED_PROXIES names it")).count());
        for (String line : lines.all) {
            assertFalse(made.stream().anyMatch(line::contains), line);
            boolean client = line.startsWith("jdk.");
            assertFalse(!client && line.contains(tenant.agentUuid().toString()), line);
            assertFalse(line.contains(key.reveal()), line);
            assertFalse(line.contains(stranger.reveal()), line);
            assertFalse(line.contains("hush-"), line);
        }
    }
}
