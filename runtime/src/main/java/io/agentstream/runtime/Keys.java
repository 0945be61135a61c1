package io.agentstream.runtime;

import static io.agentstream.runtime.KeyValues.between;
import static io.agentstream.runtime.KeyValues.duration;
import static io.agentstream.runtime.KeyValues.flag;
import static io.agentstream.runtime.KeyValues.number;
import static io.agentstream.runtime.KeyValues.path;
import static io.agentstream.runtime.KeyValues.port;
import static io.agentstream.runtime.KeyValues.text;
import static io.agentstream.runtime.KeyValues.uri;

import io.agentstream.runtime.Key.Shown;
import io.agentstream.schemas.CallSecrets;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// Every configuration key of every service. `docs/configuration.md` is generated from this list.
public final class Keys {

    public static final Key<Integer> GATEWAY_PORT =
            port("GATEWAY_PORT", 8080, "Port of the gateway's media sockets; of the rest only `/healthz`.");
    public static final Key<Integer> GATEWAY_ADMIN_PORT = port(
            "GATEWAY_ADMIN_PORT", 9080, "Administration port of the gateway: `/healthz`, `/readyz` and `/metrics`. Not for the public.");
    public static final Key<Integer> API_PORT =
            port("API_PORT", 8081, "Port of the orchestrator's REST API; of the rest only `/healthz`.");
    public static final Key<Integer> API_ADMIN_PORT = port(
            "API_ADMIN_PORT", 9081, "Administration port of the orchestrator: `/healthz`, `/readyz` and `/metrics`. Not for the public.");
    public static final Key<Integer> WORKER_PORT = port(
            "WORKER_PORT", 8082, "Administration port of the worker: `/healthz`, `/readyz` and `/metrics`. Not for the public.");
    public static final Key<Integer> SANDBOX_PORT =
            port("SANDBOX_PORT", 8083, "Port of the provider's sandbox; only in `up`.");
    public static final Key<Integer> KAFKA_PORT =
            port("KAFKA_PORT", 9092, "Port of the embedded broker; only in `up`, where the default is 0.");
    public static final Key<Integer> POSTGRES_PORT =
            port("POSTGRES_PORT", 5432, "Port of the embedded database; only in `up`, where the default is 0.");
    public static final Key<String> BIND_ADDRESS = text(
            "BIND_ADDRESS", "0.0.0.0", "Address that servers listen on; in `up` the default is 127.0.0.1.");

    public static final Key<String> KAFKA_BOOTSTRAP_SERVERS = text(
            "KAFKA_BOOTSTRAP_SERVERS", null,
            "Where Kafka is, as host:port,host:port. Any other variable that begins with `AGENT_STREAM_KAFKA_` is handed to"
                    + " the Kafka clients: `AGENT_STREAM_KAFKA_SECURITY_PROTOCOL` sets `security.protocol`.");
    public static final Key<Integer> CALL_PARTITIONS = number(
            "CALL_PARTITIONS", 4, 1, 10_000,
            "Partitions of each topic that is keyed by call: as many as worker loops will ever share the work, one for about two"
                    + " hundred calls. Each costs, used or not. Chosen when the topics are made; cannot be changed on a running system.");
    public static final Key<Integer> GATEWAY_SLOTS =
            number("GATEWAY_SLOTS", 12, 1, 10_000, "Partitions of `socket.commands.v1`: the most gateways there can be.");
    public static final Key<Integer> TOPIC_REPLICATION = number(
            "TOPIC_REPLICATION", 1, 1, 9,
            "Replicas of each topic. Use 3 in production: then two of them must have an event before it counts as written.");
    public static final Key<Duration> MEDIA_RETENTION = duration(
            "MEDIA_RETENTION", "24h", Duration.ofMinutes(1), Duration.ofDays(365),
            "How long audio is kept in `call.media.v1` and `socket.commands.v1`, and what refers to it in `call.journal.v1`.");

    public static final Key<Duration> MEDIA_LINGER = duration(
            "MEDIA_LINGER", "5ms", Duration.ZERO, Duration.ofMillis(100),
            "How long the caller's audio waits for company before it goes to Kafka. More is cheaper with many calls, less is faster"
                    + " with few. Replies do not wait: a worker sends those of one poll together.");

    public static final Key<URI> DATABASE_URL =
            new Key<>(
                    "DATABASE_URL", "jdbc:postgresql address", null, KeyValues::postgresql, Shown.WHEN_RIGHT,
                    "JDBC address of PostgreSQL, as jdbc:postgresql://host/database.");
    public static final Key<String> DATABASE_USER = text("DATABASE_USER", "agent_stream", "Database user.");
    public static final Key<Secret> DATABASE_PASSWORD = new Key<>(
            "DATABASE_PASSWORD", "text", "", Secret::new, Shown.NEVER, "Password of the database user.");
    public static final Key<Integer> DATABASE_POOL =
            number("DATABASE_POOL", 10, 1, 200, "Most database connections that one orchestrator decides about calls with.");
    public static final Key<Integer> API_DATABASE_POOL = number(
            "API_DATABASE_POOL", 3, 2, 50,
            "Most database connections of one orchestrator's REST API, beside `AGENT_STREAM_DATABASE_POOL`. One looks up keys; each"
                    + " of the others works on one request at a time. Four more are for followers and for calls that are read back.");

    public static final Key<URI> CLOUDONIX_API_URL = uri(
            "CLOUDONIX_API_URL", "https://api.cloudonix.io", List.of("http", "https"),
            "Where Cloudonix's REST API is; in `up` the default is the sandbox.");
    public static final Key<Integer> CLOUDONIX_RATE_LIMIT = number(
            "CLOUDONIX_RATE_LIMIT", 10, 1, 1_000_000,
            "Most requests to Cloudonix in 3 seconds for one organisation's domain, by all orchestrators together (each by itself above 1000); 10 is what Cloudonix allows. In `up`,"
                    + " where the sandbox has no limit, the default is 1000000.");
    public static final Key<CredentialsKeys> CREDENTIALS_KEY = new Key<>(
            "CREDENTIALS_KEY", "base64, 32 bytes; several with commas between", null, KeyValues::credentialsKeys, Shown.NEVER,
            "Encrypts provider credentials and keys of outside services at rest. Of several keys the first writes and all of them read: to change the key, put a new"
                    + " one in front. In `up` it is generated and kept with the data.");
    public static final Key<Secret> OPERATOR_KEY = new Key<>(
            "OPERATOR_KEY", "32 to 200 visible characters", null, KeyValues::longSecret, Shown.NEVER,
            "Opens `/api/v1/operator`, where tenants are made, limited and suspended; without it those paths do not exist. In `up` it is"
                    + " generated and kept with the data.");
    public static final Key<Secret> API_KEY = new Key<>(
            "API_KEY", "an API key of an organisation", null, Secret::new, Shown.NEVER,
            "Opens the API for commands that ask one at a URL (`--api`), in the name of its organisation. No service reads it.");
    public static final Key<Networks> API_TRUSTED_PROXIES = new Key<>(
            "API_TRUSTED_PROXIES", "networks, as 10.0.0.0/8,2001:db8::/32", "", Networks::parse, Key.Shown.ALWAYS,
            "Proxies and balancers in front of the API: where a request comes from is taken from their `X-Forwarded-For`, for the audit"
                    + " log and for limits per address. Nobody else's counts.");
    public static final Key<Integer> FAILED_KEYS_PER_MINUTE = number(
            "FAILED_KEYS_PER_MINUTE", 60, 1, 1_000_000,
            "How many API keys that open nothing an address (with IPv6 a /64) may try in a minute; then it is answered 429, except"
                    + " with a key that has opened something lately.");
    public static final Key<CallSecrets.Wrapping> CALL_KEYS_KEY = new Key<>(
            "CALL_KEYS_KEY", "base64, 32 bytes; several with commas between", null, KeyValues::wrapping, Shown.NEVER,
            "Wraps the keys that calls are sealed with; the same for gateways, workers and orchestrators. Of several keys the first"
                    + " wraps and all of them unwrap. Where a gateway has none, its calls are not sealed. Set it for workers and"
                    + " orchestrators first.");
    public static final Key<Map<String, Secret>> SERVICE_KEYS = new Key<>(
            "SERVICE_KEYS", "name=key,name=key", "", KeyValues::serviceKeys, Shown.NEVER,
            "Keys of outside services that a worker lends to the agents of all organisations, by the names that definitions have for them:"
                    + " `openai=sk-...,deepgram=...`. Sent to a service's own address only. A key that an organisation has stored under the"
                    + " name comes first.");
    public static final Key<Secret> WORKER_SECRET = new Key<>(
            "WORKER_SECRET", "32 to 200 visible characters", null, KeyValues::longSecret, Shown.NEVER,
            "What workers show orchestrators that they are ours when they ask for keys that organisations have stored; it is never sent"
                    + " itself. The same for both. Without it no stored key is handed out. In `up` it is generated and kept with the data.");
    public static final Key<URI> ORCHESTRATOR_ADMIN_URL = uri(
            "ORCHESTRATOR_ADMIN_URL", null, List.of("http", "https"),
            "Where workers find the administration port of an orchestrator, as http://orchestrator:9081. Without it they have no keys but those"
                    + " of `AGENT_STREAM_SERVICE_KEYS`.");
    public static final Key<Integer> API_READS_PER_SECOND = number(
            "API_READS_PER_SECOND", 100, 1, 1_000_000,
            "How often one API key may look at something in a second for long, at one orchestrator; ten seconds' worth may come at"
                    + " once. What is more is answered 429.");
    public static final Key<Integer> API_CHANGES_PER_SECOND = number(
            "API_CHANGES_PER_SECOND", 20, 1, 1_000_000,
            "How often one API key may change something in a second for long, at one orchestrator; ten seconds' worth may come at once.");
    public static final Key<Integer> API_EXPORTS_PER_MINUTE = number(
            "API_EXPORTS_PER_MINUTE", 30, 1, 1_000_000,
            "How many streams of whole lists (NDJSON, CSV) one API key may begin in a minute, at one orchestrator.");
    public static final Key<Integer> API_SHARE_PERCENT = number(
            "API_SHARE_PERCENT", 25, 1, 100_000,
            "How much of one processor, in percent, what one organisation asks may take for long at one orchestrator, whatever its keys;"
                    + " two seconds' worth may come at once, and each MiB of an answer counts as 21 ms more, for what it takes the database. What is"
                    + " more is answered 429. The pieces of streams do not count.");
    public static final Key<URI> PUBLIC_GATEWAY_URL = uri(
            "PUBLIC_GATEWAY_URL", "ws://127.0.0.1:8080", List.of("ws", "wss"),
            "How providers reach the gateway: shown in the `stream_url` of an agent, and where `doctor` calls.");
    public static final Key<URI> PUBLIC_API_URL = uri(
            "PUBLIC_API_URL", null, List.of("http", "https"),
            "How providers reach the orchestrator's API, of which they need the paths below `/hooks/` only: there they tell what somebody pressed"
                    + " who is asked whether they take a caller. Without it, it is the API's own address where that is"
                    + " a loopback one, as in `up`; elsewhere no warm transfer takes place then.");
    public static final Key<Networks> OUTBOUND_ALLOWED_NETWORKS = new Key<>(
            "OUTBOUND_ALLOWED_NETWORKS", "networks, as 10.0.0.0/8,2001:db8::/32", "", Networks::parse, Shown.ALWAYS,
            "Networks that webhooks and outside services may reach although they are not public: without it private addresses, loopback,"
                    + " link-local ones and those of metadata services are refused. In `up` the default is loopback.");
    public static final Key<String> PRICE_PER_MINUTE = new Key<>(
            "PRICE_PER_MINUTE", "decimal", "0.10", KeyValues::decimal, Shown.ALWAYS,
            "What a minute of talk costs, where its organisation has no price of its own; charged by the second that was begun.");
    public static final Key<Duration> CREDITS_GRACE = duration(
            "CREDITS_GRACE", "15s", Duration.ofSeconds(1), Duration.ofSeconds(60),
            "How long an agent may go on talking when its owner's credits are used up in the middle of a call. It is charged.");

    public static final Key<Integer> GATEWAY_SLOT = new Key<>(
            "GATEWAY_SLOT", "number, 0 to 9999", null, between(0, 9_999), Shown.ALWAYS,
            "This gateway's partition of `socket.commands.v1`. Without it the gateway chooses one.");
    public static final Key<Duration> HANDSHAKE_TIMEOUT = duration(
            "HANDSHAKE_TIMEOUT", "10s", Duration.ofMillis(200), Duration.ofMinutes(2),
            "One deadline for a call, from the accepted socket to the running run.");
    public static final Key<Duration> DRAIN_TIMEOUT = duration(
            "DRAIN_TIMEOUT", "30s", Duration.ZERO, Duration.ofHours(4),
            "How long a stopping gateway waits for its calls to end by themselves.");
    public static final Key<Duration> MAX_CALL_DURATION = duration(
            "MAX_CALL_DURATION", "4h", Duration.ofSeconds(1), Duration.ofDays(2),
            "Longest call; at its end the call is closed as `max_duration`. Where calls are sealed, six hours at most, less the handshake.");
    public static final Key<Duration> IDLE_TIMEOUT = duration(
            "IDLE_TIMEOUT", "60s", Duration.ofSeconds(1), Duration.ofHours(1),
            "How long a running call's socket may bring nothing while nothing is played to the caller either; then the call is closed"
                    + " as `idle`.");
    public static final Key<Integer> MAX_CALLS =
            number("MAX_CALLS", 2_000, 1, 1_000_000, "Most calls of one gateway; further ones are told to try again later.");
    public static final Key<Integer> MAX_HANDSHAKES_PER_ADDRESS = number(
            "MAX_HANDSHAKES_PER_ADDRESS", 1_000, 1, 1_000_000,
            "Most sockets of one remote address (with IPv6, of one /64) that have not finished the handshake. A provider calls from"
                    + " few addresses.");
    public static final Key<Integer> MAX_REFUSALS_PER_ADDRESS = number(
            "MAX_REFUSALS_PER_ADDRESS", 100, 1, 10_000,
            "Most sockets of one remote address that may fail by the peer's own doing before their call runs (no provider, a"
                    + " malformed handshake) in a second for long; five seconds' worth at once, and five times as many of all addresses"
                    + " but those with a call that ran in the last hour. Calls that fail by what their agent's owner has set up (quota,"
                    + " domain, credentials) count for the agent, which may have a tenth as many, and all agents of its organisation together an eighth. What is more is answered 429 or 503"
                    + " before the upgrade, and leaves no event.");
    public static final Key<Integer> MAX_HANDSHAKES_PER_AGENT = number(
            "MAX_HANDSHAKES_PER_AGENT", 500, 1, 1_000_000,
            "Most sockets of one agent that have not finished the handshake.");
    public static final Key<Integer> MAX_HANDSHAKES_PER_TENANT = number(
            "MAX_HANDSHAKES_PER_TENANT", 150, 1, 1_000_000,
            "Most sockets of all agents of one organisation that have not finished the handshake; half of them from addresses of which no"
                    + " call has talked in the last hour. Far below what an address may have, which is all tenants' together.");
    public static final Key<Integer> MAX_NEW_CALLS_PER_TENANT = number(
            "MAX_NEW_CALLS_PER_TENANT", 100, 1, 1_000_000,
            "Most calls of one organisation's agents that may begin in a second for long; five seconds' worth at once. What is more is"
                    + " answered 429 before the upgrade, and leaves no event. Whose an agent is, a gateway knows from the first decision on"
                    + " one of its calls.");
    public static final Key<Integer> MAX_MESSAGE_BYTES = number(
            "MAX_MESSAGE_BYTES", 65_536, 1_024, 1 << 20, "Longest text message that a peer may send.");
    public static final Key<Integer> MAX_CALL_BYTES_PER_SECOND = number(
            "MAX_CALL_BYTES_PER_SECOND", 98_304, 16_384, 1 << 24,
            "Most bytes that a call's socket may bring in a second for long, each message counted as 128 more than it has; 16"
                    + " seconds' worth at once (2 where the call is new), because a provider catches up after a pause. Mu-law in frames of 20 ms needs some"
                    + " 26,000; frames of 10 ms with both tracks need some 83,000.");
    public static final Key<Networks> GATEWAY_TRUSTED_PROXIES = new Key<>(
            "GATEWAY_TRUSTED_PROXIES", "networks, as 10.0.0.0/8,2001:db8::/32", "", Networks::parse, Key.Shown.ALWAYS,
            "Proxies and balancers in front of the gateway: where a request comes from is taken from their `X-Forwarded-For`, so"
                    + " that limits per address hold for callers. Nobody else's counts.");
    public static final Key<Boolean> GATEWAY_PROXY_PROTOCOL = flag(
            "GATEWAY_PROXY_PROTOCOL", false,
            "Whether every connection to the gateway begins with the PROXY protocol's header (version 1 or 2). Then only"
                    + " `GATEWAY_TRUSTED_PROXIES` may connect, for health and metrics too.");
    public static final Key<Integer> MAX_HANDSHAKE_MESSAGES = number(
            "MAX_HANDSHAKE_MESSAGES", 1_000, 2, 100_000,
            "Most messages that a peer may send before its call is running; audio among them is not kept.");
    public static final Key<Duration> PLAYBACK_LOOKAHEAD = duration(
            "PLAYBACK_LOOKAHEAD", "500ms", Duration.ofMillis(20), Duration.ofSeconds(2),
            "How far audio is sent to the provider ahead of the caller's ear. What came late all at once (a pause on the way) and is"
                    + " shorter than this is passed on at once; what is longer is paced, and stays late for the rest of the turn.");
    public static final Key<Path> TLS_CERTIFICATE =
            path("TLS_CERTIFICATE", "PEM file with the gateway's certificate chain; with `TLS_KEY` the gateway speaks wss. Both files are"
                    + " read again when they are replaced: new sockets get the new pair, and files that hold none change nothing.");
    public static final Key<Path> TLS_KEY = path("TLS_KEY", "PEM file with the private key (PKCS #8) of the certificate.");

    public static final Key<Duration> CALL_LOST_AFTER = duration(
            "CALL_LOST_AFTER", "12s", Duration.ofSeconds(10), Duration.ofHours(1),
            "How long an open run's call may stay quiet on `call.lifecycle.v1` before the run is closed as lost. Longer"
                    + " than it takes to notice that Kafka is away, and at least three times `AGENT_STREAM_CALL_ALIVE_INTERVAL`.");
    public static final Key<Duration> CALL_ALIVE_INTERVAL = duration(
            "CALL_ALIVE_INTERVAL", "4s", Duration.ofMillis(500), Duration.ofMinutes(10),
            "How often a gateway says of each of its calls that it is alive.");
    public static final Key<Duration> CONVERSATION_TIMEOUT = duration(
            "CONVERSATION_TIMEOUT", null, Duration.ofSeconds(1), Duration.ofMinutes(5),
            "How long a running run may be without a conversation, because no worker takes it; then the call is closed with 1011 and"
                    + " costs nothing. Without it 5 s more than the workers' session timeout, as the brokers take it, because before that nobody"
                    + " can know that a worker was killed and that another will take its calls: 7 s, or 11 s where the brokers take no less than 6 s."
                    + " Longer than `AGENT_STREAM_WORKER_SESSION_TIMEOUT`, and than 6 s. Orchestrators go by their own"
                    + " `AGENT_STREAM_WORKER_SESSION_TIMEOUT`: where workers have a longer one and orchestrators are not told, calls end that another"
                    + " worker is about to take.");
    public static final Key<Duration> WORKERS_GONE_AFTER = duration(
            "WORKERS_GONE_AFTER", "12s", Duration.ofSeconds(1), Duration.ofHours(1),
            "How long there may be no worker at all, as Kafka sees it, before the calls under way are closed with 1011; they cost"
                    + " nothing. Longer than it takes to start one again, which nobody can know of: one that comes back in time goes on with them."
                    + " From then on a new call is closed as soon as it has run for 2 s.");
    public static final Key<Boolean> PROJECTIONS = flag(
            "PROJECTIONS", true,
            "Whether this orchestrator computes `runs.v1` and `usage.v1`. At least one of an installation should.");
    public static final Key<Path> FACTS_DIRECTORY = new Key<>(
            "FACTS_DIRECTORY", "directory", null, KeyValues::file, Shown.WHEN_RIGHT,
            "Where an orchestrator that computes `runs.v1` and `usage.v1` keeps its stores from one start to the next; one process at a"
                    + " time, others wait. They are a copy: without it they lie in the system's temporary directory and are read from Kafka at each"
                    + " start, which takes about a minute for a million runs. In `up` it is with the data.");
    public static final Key<Integer> WORKER_LOOPS = number(
            "WORKER_LOOPS", 1, 1, 256, "Loops of one worker; each is a thread with a consumer and its own conversations.");
    public static final Key<Duration> WORKER_SESSION_TIMEOUT = duration(
            "WORKER_SESSION_TIMEOUT", "2s", Duration.ofSeconds(2), Duration.ofMinutes(1),
            "How long a worker that was killed, or stands still, counts as one: then others take its calls. Callers hear that long a"
                    + " pause, and a worker that was only held up for so long loses its calls to others. Brokers take it down to their"
                    + " `group.min.session.timeout.ms`, 6 s where nobody has set it; workers then have that.");
    public static final Key<Integer> MAX_CONVERSATIONS = number(
            "MAX_CONVERSATIONS", 5_000, 1, 1_000_000, "Most conversations of one worker loop; a further call fails.");

    public static final List<Key<?>> ALL = List.of(
            GATEWAY_PORT,
            GATEWAY_ADMIN_PORT,
            API_PORT,
            API_ADMIN_PORT,
            WORKER_PORT,
            SANDBOX_PORT,
            KAFKA_PORT,
            POSTGRES_PORT,
            BIND_ADDRESS,
            KAFKA_BOOTSTRAP_SERVERS,
            CALL_PARTITIONS,
            GATEWAY_SLOTS,
            TOPIC_REPLICATION,
            MEDIA_RETENTION,
            MEDIA_LINGER,
            DATABASE_URL,
            DATABASE_USER,
            DATABASE_PASSWORD,
            DATABASE_POOL,
            API_DATABASE_POOL,
            CLOUDONIX_API_URL,
            CLOUDONIX_RATE_LIMIT,
            CREDENTIALS_KEY,
            CALL_KEYS_KEY,
            SERVICE_KEYS,
            WORKER_SECRET,
            ORCHESTRATOR_ADMIN_URL,
            OPERATOR_KEY,
            API_KEY,
            API_TRUSTED_PROXIES,
            FAILED_KEYS_PER_MINUTE,
            API_READS_PER_SECOND,
            API_CHANGES_PER_SECOND,
            API_EXPORTS_PER_MINUTE,
            API_SHARE_PERCENT,
            PUBLIC_GATEWAY_URL,
            PUBLIC_API_URL,
            OUTBOUND_ALLOWED_NETWORKS,
            PRICE_PER_MINUTE,
            CREDITS_GRACE,
            GATEWAY_SLOT,
            HANDSHAKE_TIMEOUT,
            DRAIN_TIMEOUT,
            MAX_CALL_DURATION,
            IDLE_TIMEOUT,
            MAX_CALLS,
            MAX_HANDSHAKES_PER_ADDRESS,
            MAX_REFUSALS_PER_ADDRESS,
            MAX_HANDSHAKES_PER_AGENT,
            MAX_HANDSHAKES_PER_TENANT,
            MAX_NEW_CALLS_PER_TENANT,
            MAX_MESSAGE_BYTES,
            MAX_CALL_BYTES_PER_SECOND,
            GATEWAY_TRUSTED_PROXIES,
            GATEWAY_PROXY_PROTOCOL,
            MAX_HANDSHAKE_MESSAGES,
            PLAYBACK_LOOKAHEAD,
            TLS_CERTIFICATE,
            TLS_KEY,
            CALL_LOST_AFTER,
            CALL_ALIVE_INTERVAL,
            CONVERSATION_TIMEOUT,
            WORKERS_GONE_AFTER,
            PROJECTIONS,
            FACTS_DIRECTORY,
            WORKER_LOOPS,
            WORKER_SESSION_TIMEOUT,
            MAX_CONVERSATIONS);

    private Keys() {}
}
