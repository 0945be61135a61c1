package io.agentstream.dev.e2e;

import io.agentstream.dev.simulator.caller.RawWebSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/// A tenant that floods, in a process of its own: it is on another machine in earnest, and comes from another address. Says `ready`,
/// floods from `g` on its standard input until `s`, and says what became of it when all of it is over; ends with its input. From `n` on it
/// floods as much and nobody: a door in this process that refuses all, as a gateway or an API does that has enough of it.
///
/// It floods at a rate, many times what one tenant may have, and not as fast as it can: what is measured beside it is to be how the system
/// shares what it has, and not how this process and the system share two processors. How often it really came is among what it says.
final class Flood {

    /// The ways in which a tenant may flood.
    enum Way {
        /// Sockets that say nothing.
        SOCKETS(400),
        /// Whole calls, of which ten may talk.
        ADMISSIONS(200),
        /// Calls whose provider takes ten seconds to answer.
        SLOW_PROVIDER(150),
        /// Ten calls, each with so many messages: ten times what a call may bring for long.
        AUDIO(2_000),
        /// Requests for the largest pages there are.
        API(400);

        /// How often it is tried.
        final int perSecond;

        Way(int perSecond) {
            this.perSecond = perSecond;
        }
    }

    /// What is counted of how often it came: attempts, and of audio messages, and for how long.
    static final String TRIED = "tried";
    static final String MESSAGES = "messages";
    static final String MS = "ms";
    static final String NOT_TRIED = "not tried";

    /// Calls that shouted.
    static final String LET_IN = "let in";

    private static final int MOST_SOCKETS = 3_000;
    private static final int MESSAGES_AT_ONCE = 20;
    private static final int TALKING = 10;
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private final Way way;
    private final Door gateway;
    private final Door api;
    private final Nowhere nowhere = new Nowhere();
    private final String key;
    private final String domain;
    private final List<String> agents;
    private final InetAddress from = InetAddress.ofLiteral("127.0.0.2");
    private final ConcurrentSkipListMap<String, AtomicLong> counts = new ConcurrentSkipListMap<>();
    private final Semaphore open = new Semaphore(MOST_SOCKETS);
    private final Semaphore started = new Semaphore(0);
    private volatile boolean flooding;
    private volatile boolean away;
    private long beganNs;

    /// Where it floods, and where it does when it floods nobody.
    private record Door(String real, String nowhere) {}

    private Flood(Way way, String gateway, String api, String key, String domain, List<String> agents) throws IOException {
        this.way = way;
        this.gateway = new Door(gateway, "ws://127.0.0.1:" + nowhere.port());
        this.api = new Door(api, "http://127.0.0.1:" + nowhere.port());
        this.key = key;
        this.domain = domain;
        this.agents = agents;
    }

    /// @param arguments way, gateway's URL, API's URL, key, domain, agents with commas between them
    public static void main(String[] arguments) throws Exception {
        Flood flood = new Flood(
                Way.valueOf(arguments[0]), arguments[1], arguments[2], arguments[3], arguments[4],
                List.of(arguments[5].split(",", -1)));
        System.out.println("ready");
        flood.run();
        Runtime.getRuntime().halt(0);
    }

    /// Does what its standard input says, a letter each.
    private void run() throws Exception {
        for (int said = System.in.read(); said >= 0; said = System.in.read()) {
            switch (said) {
                case 'g', 'n' -> {
                    away = said == 'n';
                    begin();
                    started.acquire(); // a process that gets what nobody else wants may be long in beginning
                    System.out.println("flooding");
                }
                case 's' -> {
                    flooding = false;
                    if (way != Way.AUDIO) {
                        counter(MS).set(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beganNs));
                    }
                    open.acquire(MOST_SOCKETS);
                    open.release(MOST_SOCKETS);
                    System.out.println("stopped " + counts);
                    counts.clear();
                    started.drainPermits();
                }
                default -> {
                    // the end of the line
                }
            }
        }
    }

    private void begin() {
        flooding = true;
        beganNs = System.nanoTime();
        switch (way) {
            case SOCKETS -> perSecond(way.perSecond, this::silent);
            case ADMISSIONS, SLOW_PROVIDER -> perSecond(way.perSecond, this::call);
            case AUDIO -> always(TALKING, this::shout);
            case API -> {
                HttpClient client = HttpClient.newHttpClient();
                perSecond(way.perSecond, number -> page(client, number));
            }
        }
    }

    @FunctionalInterface
    private interface Deed {
        void run(int number) throws IOException, InterruptedException;
    }

    /// So often, whatever becomes of it.
    private void perSecond(int rate, Deed deed) {
        Thread.ofPlatform().daemon().start(() -> {
            long startNs = System.nanoTime();
            for (int number = 0; flooding; number++) {
                LockSupport.parkNanos(startNs + number * 1_000_000_000L / rate - System.nanoTime());
                int mine = number;
                if (take()) {
                    Thread.ofVirtual().start(() -> attempt(deed, mine));
                }
            }
        });
    }

    /// So many at a time, one after the other.
    private void always(int threads, Deed deed) {
        for (int i = 0; i < threads; i++) {
            int mine = i;
            Thread.ofPlatform().daemon().start(() -> {
                while (flooding) {
                    if (take()) {
                        attempt(deed, mine);
                    }
                }
            });
        }
    }

    /// Whether there may be one more attempt. Whoever stops the flood waits for those that were let begin.
    private boolean take() {
        boolean taken = open.tryAcquire();
        count(taken ? TRIED : NOT_TRIED);
        started.release();
        return taken;
    }

    private void attempt(Deed deed, int number) {
        try {
            deed.run(number);
        } catch (IOException refused) {
            count(String.valueOf(refused.getMessage()).split("\\R", 2)[0]);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } finally {
            open.release();
        }
    }

    private void count(String what) {
        counter(what).incrementAndGet();
    }

    private AtomicLong counter(String what) {
        return counts.computeIfAbsent(what, _ -> new AtomicLong());
    }

    private String at(Door door) {
        return away ? door.nowhere() : door.real();
    }

    private RawWebSocket socket(int number) throws IOException {
        return RawWebSocket.open(
                from,
                URI.create(at(gateway) + "/api/v1/agent-stream/" + agents.get(number % agents.size()) + "?provider=cloudonix&Domain=" + domain),
                Map.of());
    }

    private void silent(int number) throws IOException {
        try (RawWebSocket socket = socket(number)) {
            count("closed with " + socket.awaitFarewell(PATIENCE, true).code());
        }
    }

    private void call(int number) throws IOException {
        try (RawWebSocket socket = socket(number)) {
            handshake(socket);
            count("closed with " + socket.awaitFarewell(PATIENCE, true).code());
        }
    }

    private void handshake(RawWebSocket socket) throws IOException {
        socket.text("{\"event\":\"connected\",\"protocol\":\"Call\",\"version\":\"1.0.0\"}");
        socket.text(("{\"event\":\"start\",\"sequenceNumber\":\"1\",\"start\":{\"streamSid\":\"MZ\",\"callSid\":\"CA\",\"session\":\"%s\","
                        + "\"accountSid\":\"%s\",\"from\":\"+15550100\",\"to\":\"+15550199\",\"tracks\":[\"inbound\"]}}")
                .formatted(UUID.randomUUID(), domain));
    }

    /// Audio at ten times the rate that a call may have, until the gateway has enough.
    private void shout(int number) throws IOException {
        byte[] messages = messages();
        try (RawWebSocket socket = socket(number)) {
            count(LET_IN);
            handshake(socket);
            Thread.ofVirtual().start(() -> drain(socket));
            long startNs = System.nanoTime();
            int sent = 0;
            try {
                while (flooding) {
                    socket.bytes(messages);
                    sent += MESSAGES_AT_ONCE;
                    LockSupport.parkNanos(startNs + sent * 1_000_000_000L / way.perSecond - System.nanoTime());
                }
            } finally {
                counter(MESSAGES).addAndGet(sent);
                counter(MS).addAndGet(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs));
            }
        }
    }

    /// Frames of 20 ms as they are on the wire: masked with zeros, which changes nothing, so that making them costs this machine nothing.
    private static byte[] messages() {
        byte[] text = ("{\"event\":\"media\",\"streamSid\":\"MZ\",\"media\":{\"track\":\"inbound\",\"payload\":\""
                        + Base64.getEncoder().encodeToString(new byte[160]) + "\"}}")
                .getBytes(StandardCharsets.US_ASCII);
        ByteBuffer all = ByteBuffer.allocate(MESSAGES_AT_ONCE * (8 + text.length));
        for (int i = 0; i < MESSAGES_AT_ONCE; i++) {
            all.put((byte) 0x81).put((byte) (0x80 | 126)).putShort((short) text.length).putInt(0).put(text);
        }
        return all.array();
    }

    private void drain(RawWebSocket socket) {
        try {
            while (socket.read(PATIENCE).isPresent()) {
                // what comes back is of no interest
            }
        } catch (IOException over) {
            count("calls over");
        }
    }

    private void page(HttpClient client, int number) throws IOException, InterruptedException {
        String path = number % 2 == 0 ? "/api/v1/runs?limit=500" : "/api/v1/agents?limit=500";
        HttpResponse<byte[]> answer = client.send(
                HttpRequest.newBuilder(URI.create(at(api) + path)).header("Authorization", "Bearer " + key).timeout(PATIENCE).build(),
                HttpResponse.BodyHandlers.ofByteArray());
        count("answered " + answer.statusCode());
    }
}
