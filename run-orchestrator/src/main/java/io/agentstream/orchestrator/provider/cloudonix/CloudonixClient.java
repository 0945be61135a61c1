package io.agentstream.orchestrator.provider.cloudonix;

import io.agentstream.orchestrator.provider.Dial;
import io.agentstream.orchestrator.provider.HandOver;
import io.agentstream.orchestrator.provider.HangUp;
import io.agentstream.orchestrator.provider.Leg;
import io.agentstream.orchestrator.provider.Pace;
import io.agentstream.orchestrator.provider.SessionCheck;
import io.agentstream.orchestrator.provider.Trouble;
import io.agentstream.orchestrator.provider.Turns;
import io.agentstream.runtime.Secret;
import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Asks Cloudonix's API. Each call blocks until it has an answer, but never past its deadline: call it on a virtual thread.
/// Any thread, any number at once; the requests of one domain are kept within the provider's limit.
///
/// Answers 429 and 5xx and broken connections are tried again, at most twice; other answers are final. Redirects are
/// not followed: a token goes to the configured host only. Nothing is thrown for what the network or the provider does.
public final class CloudonixClient implements AutoCloseable {
    private static final int MAX_TRIES = 3;
    private static final Pattern TOKEN = Pattern.compile("[\\x21-\\x7e]{1,4096}");

    private final Pace pace;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final CloudonixRequests requests;

    /// The API's address and our manners there.
    public record Settings(
            URI baseUrl,
            Duration requestTimeout,
            Duration minBackoff,
            Duration maxBackoff,
            int requestsPerWindow,
            Duration window) {

        public Settings {
            String scheme = String.valueOf(baseUrl.getScheme()).toLowerCase(Locale.ROOT);
            boolean isPlain = baseUrl.getRawQuery() == null
                    && baseUrl.getRawFragment() == null
                    && baseUrl.getRawUserInfo() == null;
            if (!(scheme.equals("http") || scheme.equals("https")) || baseUrl.getHost() == null || !isPlain) {
                throw new IllegalArgumentException("the provider's API needs a plain http or https URL");
            }
            if (minBackoff.compareTo(maxBackoff) > 0 || requestsPerWindow < 1) {
                throw new IllegalArgumentException("minBackoff <= maxBackoff, requestsPerWindow >= 1");
            }
        }

        /// @param requestsPerWindow most requests of one domain in 3 s; the provider allows 10
        public static Settings of(URI baseUrl, int requestsPerWindow) {
            return new Settings(
                    baseUrl,
                    Duration.ofSeconds(5),
                    Duration.ofMillis(300),
                    Duration.ofMillis(500),
                    requestsPerWindow,
                    Duration.ofSeconds(3));
        }
    }

    /// One that keeps its own requests within the limit.
    public CloudonixClient(Settings settings) {
        this(settings, new DomainLimiter(settings.requestsPerWindow(), settings.window().toNanos()));
    }

    /// @param pace keeps the requests within the limit, also those of others
    public CloudonixClient(Settings settings, Pace pace) {
        this.pace = pace;
        this.requests = new CloudonixRequests(settings);
    }

    /// As below, with a line for each domain.
    public SessionCheck check(String domain, String session, Secret token, long deadlineNanos) {
        return check(domain, domain, session, token, deadlineNanos);
    }

    /// As [#ask], of which only what it came to is wanted.
    public SessionCheck check(String line, String domain, String session, Secret token, long deadlineNanos) {
        return ask(line, domain, session, token, deadlineNanos).check();
    }

    /// What the provider said of a session.
    ///
    /// @param status of its last answer; null where it gave none
    /// @param tries how many requests were sent
    public record Asked(SessionCheck check, @Nullable Integer status, int tries) {}

    /// Asks whether `session` is live in `domain` (normalised). `deadlineNanos` is on the scale of [System#nanoTime].
    ///
    /// @param line whose limit it is taken off
    public Asked ask(String line, String domain, String session, Secret token, long deadlineNanos) {
        Optional<SessionCheck.Reason> malformed = malformed(session, token);
        if (malformed.isPresent()) {
            return new Asked(new SessionCheck.NotLive(malformed.get()), null, 0);
        }
        Tried tried = request(line, domain, session, token, deadlineNanos);
        return switch (tried.last()) {
            case Attempt.Answer(int status, BoundedBody.Body body) -> new Asked(
                    status == 200 ? SessionBody.judge(body) : new SessionCheck.NotLive(reasonOf(status)), status, tried.tries());
            case Attempt.Again(Trouble trouble, long _, var status) ->
                new Asked(new SessionCheck.Unavailable(trouble), status, tried.tries());
            case Attempt.Closed _ -> new Asked(new SessionCheck.Unavailable(Trouble.CLOSED), null, tried.tries());
        };
    }

    /// Whether the token may look at the domain, whatever else it may, asking once; for people who want to know what is wrong with it. False also
    /// where nobody answers.
    public boolean opensDomain(String domain, Secret token, long deadlineNanos) {
        return TOKEN.matcher(token.reveal()).matches()
                && requests.domain(domain, token, deadlineNanos) instanceof Attempt.Answer(int status, BoundedBody.Body _)
                && status == 200;
    }

    /// How many requests of a line may go out now, for [#hangUp].
    Turns turns(String line, int most) {
        return pace.take(line, most);
    }

    /// One for [#hangUp] that comes behind all who wait in the line.
    Turns turnInLine(String line, Duration patience) {
        long now = System.nanoTime();
        OptionalLong wait = pace.reserve(line, now, now + patience.toNanos());
        return wait.isPresent() ? new Turns(1, null, now + wait.getAsLong()) : Turns.NONE;
    }

    /// A turn counts from now on.
    void late(String line, Turns turns) {
        pace.late(line, turns);
    }

    /// Ends `session`, asking once, in a turn that the caller has taken. Ending one that is over, or that the provider does not know, is success;
    /// that our token may not is the only answer that another time changes nothing about.
    public HangUp hangUp(String domain, String session, Secret token, long deadlineNanos) {
        Optional<SessionCheck.Reason> malformed = malformed(session, token);
        if (malformed.isPresent()) {
            return new HangUp.Refused(malformed.get(), null);
        }
        return switch (requests.send("DELETE", domain, session, token, deadlineNanos)) {
            case Attempt.Answer(int status, BoundedBody.Body _) when status / 100 == 2 || status == 404 || status == 410 -> new HangUp.Done(status);
            case Attempt.Answer(int status, BoundedBody.Body _) ->
                status == 401 || status == 403 ? new HangUp.Refused(reasonOf(status), status) : new HangUp.NotNow(status);
            case Attempt.Again(Trouble trouble, long _, var _) -> new HangUp.Unavailable(trouble);
            case Attempt.Closed _ -> new HangUp.Unavailable(Trouble.CLOSED);
        };
    }

    /// Switches the application of `session`, asking once, in a turn that the caller has taken.
    ///
    /// @param body the request's
    HandOver handOver(String domain, String session, String body, Secret token, long deadlineNanos) {
        Optional<SessionCheck.Reason> malformed = malformed(session, token);
        if (malformed.isPresent()) {
            return new HandOver.Refused(malformed.get(), null);
        }
        return switch (requests.switchApplication(domain, session, body, token, deadlineNanos)) {
            case Attempt.Answer(int status, BoundedBody.Body _) ->
                status / 100 == 2 ? new HandOver.Done(status) : new HandOver.Refused(reasonOf(status), status);
            case Attempt.Again(Trouble trouble, long _, var _) -> new HandOver.Unavailable(trouble);
            case Attempt.Closed(boolean sent) -> new HandOver.Unavailable(sent ? Trouble.CLOSED : Trouble.NOT_SENT);
        };
    }

    /// Calls somebody, asking once, in a turn that the caller has taken.
    ///
    /// @param body the request's
    Dial dial(String domain, String body, Secret token, long deadlineNanos) {
        if (!TOKEN.matcher(token.reveal()).matches()) {
            return new Dial.Refused(SessionCheck.Reason.MALFORMED_TOKEN, null);
        }
        return switch (requests.call(domain, body, token, deadlineNanos)) {
            case Attempt.Answer(int status, BoundedBody.Body _) when status / 100 != 2 -> new Dial.Refused(reasonOf(status), status);
            case Attempt.Answer(int _, BoundedBody.Body answer) -> SessionBody.token(answer)
                    .filter(CloudonixRequests::isPathSafe)
                    .<Dial>map(Dial.Ringing::new)
                    .orElseGet(() -> new Dial.Unavailable(Trouble.IO_ERROR)); // it rings, and nobody knows where
            case Attempt.Again(Trouble trouble, long _, var _) -> new Dial.Unavailable(trouble);
            case Attempt.Closed(boolean sent) -> new Dial.Unavailable(sent ? Trouble.CLOSED : Trouble.NOT_SENT);
        };
    }

    /// How `session` stands, asking once, in a turn that the caller has taken.
    Leg look(String domain, String session, Secret token, long deadlineNanos) {
        if (malformed(session, token).isPresent()) {
            return new Leg.Unknown();
        }
        return switch (requests.send("GET", domain, session, token, deadlineNanos)) {
            case Attempt.Answer(int status, BoundedBody.Body body) when status == 200 -> SessionBody.leg(body);
            case Attempt.Answer(int status, BoundedBody.Body _) when status == 404 -> new Leg.Missing();
            case Attempt.Answer _, Attempt.Again _, Attempt.Closed _ -> new Leg.Unknown();
        };
    }

    /// Calls that wait give up with [Trouble#CLOSED].
    @Override
    public void close() {
        closed.countDown();
        requests.close();
    }

    /// Why nothing is sent for them; empty where they can be sent.
    private static Optional<SessionCheck.Reason> malformed(String session, Secret token) {
        if (!CloudonixRequests.isPathSafe(session)) {
            return Optional.of(SessionCheck.Reason.MALFORMED_SESSION);
        }
        return TOKEN.matcher(token.reveal()).matches() ? Optional.empty() : Optional.of(SessionCheck.Reason.MALFORMED_TOKEN);
    }

    private static SessionCheck.Reason reasonOf(int status) {
        return switch (status) {
            case 401, 403 -> SessionCheck.Reason.UNAUTHORIZED;
            case 404 -> SessionCheck.Reason.UNKNOWN;
            default -> SessionCheck.Reason.UNEXPECTED_STATUS;
        };
    }

    /// @param tries how many requests were sent
    private record Tried(Attempt last, int tries) {}

    private Tried request(String line, String domain, String session, Secret token, long deadlineNanos) {
        Attempt last = new Attempt.Again(Trouble.TIMEOUT, 0);
        for (int tries = 0; tries < MAX_TRIES; tries++) {
            if (tries > 0 && last instanceof Attempt.Again again && !pause(again.waitMs(), deadlineNanos)) {
                return new Tried(last, tries);
            }
            long now = System.nanoTime();
            if (deadlineNanos - now <= 0) {
                return new Tried(last, tries);
            }
            OptionalLong turn = pace.reserve(line, now, deadlineNanos);
            if (turn.isEmpty()) {
                return new Tried(tries > 0 ? last : new Attempt.Again(Trouble.RATE_LIMITED, 0), tries);
            }
            if (await(turn.getAsLong())) {
                return new Tried(new Attempt.Closed(false), tries);
            }
            last = requests.send("GET", domain, session, token, deadlineNanos);
            if (!(last instanceof Attempt.Again)) {
                return new Tried(last, tries + 1);
            }
        }
        return new Tried(last, MAX_TRIES);
    }

    /// Waits; false where the deadline is nearer than that, or this process is closing.
    private boolean pause(long waitMs, long deadlineNanos) {
        long nanos = TimeUnit.MILLISECONDS.toNanos(waitMs);
        return deadlineNanos - System.nanoTime() > nanos && !await(nanos);
    }

    /// Waits; true where this process is closing.
    private boolean await(long nanos) {
        try {
            return closed.await(nanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return true;
        }
    }
}
