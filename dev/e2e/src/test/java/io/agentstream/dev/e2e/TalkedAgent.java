package io.agentstream.dev.e2e;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.audio.voice.FreeTtsVoice;
import io.agentstream.dev.local.LocalSystem;
import io.agentstream.dev.simulator.caller.Action;
import io.agentstream.dev.simulator.caller.CallOutcome;
import io.agentstream.dev.simulator.caller.Speech;
import io.agentstream.dev.simulator.services.Asked;
import io.agentstream.dev.simulator.services.Mishap;
import io.agentstream.dev.simulator.services.PlayedVoice;
import io.agentstream.dev.simulator.services.Reply;
import io.agentstream.dev.simulator.services.ServiceServer;
import io.agentstream.schemas.Topic;
import io.agentstream.schemas.Topics;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import tools.jackson.databind.JsonNode;

/// What a call with an agent is looked at for whose services are played: what was heard of it, what it tells, and what it must not.
final class TalkedAgent {

    /// 50 ms a character: slow enough to be interrupted.
    static final PlayedVoice SLOW = new PlayedVoice(400, 0, 0);

    private TalkedAgent() {}

    /// A system that answers every request in the same way.
    static final class Shop extends ServiceServer {

        private final String answer;

        Shop(String answer) {
            this.answer = answer;
            start();
        }

        @Override
        protected void serve(Asked request, Reply reply, Mishap mishap) throws IOException {
            reply.json(200, answer);
        }
    }

    static Action says(String words) {
        return new Action.Say(Speech.ofMulaw(new FreeTtsVoice().speak(words)));
    }

    /// Whether the caller heard this: see [#heard].
    static boolean hears(CallOutcome outcome, String words) {
        return heard(outcome).contains(once(words));
    }

    /// How often the caller heard this.
    ///
    /// @param heard see [#heard]
    static int times(String heard, String words) {
        String part = once(words);
        int times = 0;
        for (int at = heard.indexOf(part); at >= 0; at = heard.indexOf(part, at + part.length())) {
            times++;
        }
        return times;
    }

    /// What the caller heard, as the played voice says it: each letter as long as it takes, whatever pauses a busy machine makes; two of the same are
    /// one.
    static String heard(CallOutcome outcome) {
        StringBuilder heard = new StringBuilder();
        byte[] mulaw = outcome.heard().mulaw();
        int letters = 0;
        for (int at = 1; at < mulaw.length; at++) {
            letters = mulaw[at] == mulaw[at - 1] ? letters + 1 : 1;
            if (letters == SLOW.bytesPerCharacter() / 2 && mulaw[at] >= ' ' && mulaw[at] < 127) {
                heard.append((char) mulaw[at]);
            }
        }
        return once(heard);
    }

    private static String once(CharSequence words) {
        return words.toString().replaceAll("(.)\\1+", "$1");
    }

    static List<String> texts(List<JsonNode> events, String type) {
        return events.stream()
                .filter(each -> each.path("type").asString().equals(type))
                .map(each -> each.path("payload").path("text").asString(""))
                .filter(text -> !text.isEmpty())
                .toList();
    }

    static void assertLeadsToTheSame(Path data, String run) throws Exception {
        Ran verified = Ran.verified(data, run);
        assertTrue(verified.out().contains("lead to the same"), verified.out());
    }

    /// Nothing of it is in the clear on a topic, in the log, or in a metric.
    static void assertNothingIsSpread(LocalSystem system, Lines log, List<String> secrets) throws Exception {
        for (Topic<?> topic : Topics.ALL) {
            for (ConsumerRecord<byte[], byte[]> record : TopicReader.read(system.demo().kafkaBootstrapServers(), topic)) {
                String value = record.value() == null ? "" : new String(record.value(), StandardCharsets.ISO_8859_1);
                secrets.forEach(secret -> assertFalse(value.contains(secret), () -> secret + " is on " + topic.name()));
            }
        }
        for (String line : log.all()) {
            secrets.forEach(secret -> assertFalse(line.contains(secret), () -> secret + " is in the log"));
        }
        for (String url : List.of(system.demo().gatewayAdminUrl(), system.demo().apiAdminUrl(), system.demo().workerUrl())) {
            String metrics = get(url + "/metrics");
            secrets.forEach(secret -> assertFalse(metrics.contains(secret), () -> secret + " is in the metrics of " + url));
        }
    }

    private static String get(String url) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString()).body();
        }
    }
}
