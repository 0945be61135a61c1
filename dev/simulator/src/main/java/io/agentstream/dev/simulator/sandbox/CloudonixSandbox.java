package io.agentstream.dev.simulator.sandbox;

import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/// The provider's REST API as far as we use it: a session can be asked for, hung up, and given to somebody else, and somebody can be called, with the
/// domain's bearer token.
///
/// A session that it has not been told about is live until it is hung up. What it answers can be scripted, in code or at
/// `/sandbox/`, which asks for no token: it is a toy, and listens where it is told. Any thread may call it. Close drops what
/// is open.
public final class CloudonixSandbox implements AutoCloseable {

    private static final long MAX_BODY_BYTES = 16_384;
    private static final int TOKEN_BYTES = 32;
    private static final int MAX_HEADER_BYTES = 16_384;
    private static final int IDLE_TIMEOUT_MS = 60_000;
    private static final int REQUEST_TIMEOUT_MS = 30_000;

    private final SandboxState state;
    private final List<Consumer<String>> listeners;
    private final List<Consumer<String>> transfers;
    private final Callees callees;
    private final Undertow server;

    private CloudonixSandbox(
            SandboxState state, Callees callees, List<Consumer<String>> listeners, List<Consumer<String>> transfers, Undertow server) {
        this.state = state;
        this.callees = callees;
        this.listeners = listeners;
        this.transfers = transfers;
        this.server = server;
    }

    /// Starts one at `address:port` (0: any free port) that knows these `tokens` by domain.
    ///
    /// @throws RuntimeException where the port is taken
    public static CloudonixSandbox start(String address, int port, Map<String, String> tokens) {
        SandboxState state = new SandboxState();
        tokens.forEach((domain, token) -> state.domain(domain.toLowerCase(Locale.ROOT), token));
        List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();
        List<Consumer<String>> transfers = new CopyOnWriteArrayList<>();
        Callees callees = new Callees(state);
        SandboxRoutes routes = new SandboxRoutes(
                state, callees, session -> listeners.forEach(each -> each.accept(session)), session -> transfers.forEach(each -> each.accept(session)));
        Undertow server = Undertow.builder()
                .addHttpListener(port, address)
                .setIoThreads(1)
                .setWorkerThreads(1)
                .setServerOption(UndertowOptions.MAX_ENTITY_SIZE, MAX_BODY_BYTES)
                .setServerOption(UndertowOptions.MAX_HEADER_SIZE, MAX_HEADER_BYTES)
                .setServerOption(UndertowOptions.NO_REQUEST_TIMEOUT, IDLE_TIMEOUT_MS)
                .setServerOption(UndertowOptions.REQUEST_PARSE_TIMEOUT, REQUEST_TIMEOUT_MS)
                .setHandler(routes.handler())
                .build();
        server.start();
        return new CloudonixSandbox(state, callees, listeners, transfers, server);
    }

    /// A bearer token that nobody can guess: 256 bits.
    public static String newToken(SecureRandom random) {
        byte[] bytes = new byte[TOKEN_BYTES];
        random.nextBytes(bytes);
        return "sandbox-" + HexFormat.of().formatHex(bytes);
    }

    /// The port that is really open.
    public int port() {
        return ((InetSocketAddress) server.getListenerInfo().getFirst().getAddress()).getPort();
    }

    /// What to put where the provider's API URL is asked for.
    public URI url() {
        InetSocketAddress address =
                (InetSocketAddress) server.getListenerInfo().getFirst().getAddress();
        String host = address.getAddress().isAnyLocalAddress() ? "127.0.0.1" : address.getHostString();
        return URI.create("http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort());
    }

    /// Makes `domain` known, or changes its token.
    public void domain(String domain, String token) {
        state.domain(domain.toLowerCase(Locale.ROOT), token);
    }

    /// Says how requests for `session` are answered.
    public void script(String session, Script script) {
        state.scriptSession(session, script);
    }

    /// Says how requests are answered for every session of `domain` that has no script of its own.
    public void scriptDomain(String domain, Script script) {
        state.scriptDomain(domain.toLowerCase(Locale.ROOT), script);
    }

    /// The last 1,000 requests to the provider's API, oldest first.
    public List<SandboxRequest> requests() {
        return state.requests();
    }

    /// Tells `listener` every request to the provider's API, also those that [#requests] has forgotten, before it is answered, on an I/O thread:
    /// it must not block. Close the result to stop that.
    public Registration onRequest(Consumer<SandboxRequest> listener) {
        state.addListener(listener);
        return () -> state.removeListener(listener);
    }

    /// Whether `session` was hung up by a DELETE.
    public boolean hungUp(String session) {
        return state.session(session).map(Session::hungUp).orElse(false);
    }

    /// Says who is called at `number`. Everybody else takes every call.
    public void callee(String number, Callee callee) {
        state.callee(number, callee);
    }

    /// The newest session by which `number` was called.
    public Optional<String> legTo(String number) {
        return state.called(number).map(Session::token);
    }

    /// How that session stands, in the provider's words.
    public String statusOfLegTo(String number) {
        return state.called(number).map(Session::status).orElse("");
    }

    /// Sessions that are together in a room.
    public List<String> room(String room) {
        return state.room(room);
    }

    /// Whom `session` was given to: a number, or a room.
    public Optional<String> transferredTo(String session) {
        return state.rings(session);
    }

    /// How the call stands that `session` was put through to: `ringing`, `answered`, or what it ended with, and the session too. Nothing of one that
    /// was brought into a room.
    public Optional<String> dialOf(String session) {
        return state.dial(session);
    }

    /// Tells `listener` each session that is given to somebody else, on an I/O thread: it must not block. The provider then ends the
    /// session's socket with us. Close the result to stop that.
    public Registration onTransfer(Consumer<String> listener) {
        transfers.add(listener);
        return () -> transfers.remove(listener);
    }

    /// Tells `listener` each session that is hung up by a DELETE, on an I/O thread: it must not block. Close the result to
    /// stop that.
    public Registration onHangUp(Consumer<String> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    /// Ends what [#onRequest], [#onHangUp] or [#onTransfer] began.
    public interface Registration extends AutoCloseable {
        @Override
        void close();
    }

    @Override
    public void close() {
        callees.close();
        server.stop();
    }
}
