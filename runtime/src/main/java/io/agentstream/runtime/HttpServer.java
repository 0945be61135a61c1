package io.agentstream.runtime;

import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.server.HttpHandler;
import java.net.BindException;
import java.net.InetSocketAddress;

/// Owns a plain HTTP server for a service's API, health and metrics. Any thread.
public final class HttpServer implements AutoCloseable {

    private static final int MAX_BODY_BYTES = 1 << 20;
    private static final int MAX_HEADER_BYTES = 16 << 10;
    private static final int REQUEST_TIMEOUT_MS = 30_000;
    /// A connection that brings and takes nothing, also in the middle of a body.
    private static final int IDLE_TIMEOUT_MS = 60_000;
    private static final int MAX_HEADERS = 64;
    private static final int MAX_PARAMETERS = 64;
    private static final int MAX_COOKIES = 16;

    private final Undertow server;

    private HttpServer(Undertow server) {
        this.server = server;
    }

    /// @param port port to listen on, 0 for any free one
    /// @throws PortTakenException where it cannot listen there; says where
    public static HttpServer start(String bindAddress, int port, int ioThreads, int workerThreads, HttpHandler handler) {
        Undertow server = Undertow.builder()
                .addHttpListener(port, bindAddress)
                .setIoThreads(ioThreads)
                .setWorkerThreads(workerThreads)
                .setServerOption(UndertowOptions.MAX_ENTITY_SIZE, (long) MAX_BODY_BYTES)
                .setServerOption(UndertowOptions.MAX_HEADER_SIZE, MAX_HEADER_BYTES)
                .setServerOption(UndertowOptions.REQUEST_PARSE_TIMEOUT, REQUEST_TIMEOUT_MS)
                .setServerOption(UndertowOptions.NO_REQUEST_TIMEOUT, REQUEST_TIMEOUT_MS)
                .setServerOption(UndertowOptions.IDLE_TIMEOUT, IDLE_TIMEOUT_MS)
                .setServerOption(UndertowOptions.MAX_HEADERS, MAX_HEADERS)
                .setServerOption(UndertowOptions.MAX_PARAMETERS, MAX_PARAMETERS)
                .setServerOption(UndertowOptions.MAX_COOKIES, MAX_COOKIES)
                .setHandler(handler)
                .build();
        try {
            server.start();
        } catch (RuntimeException e) {
            throw portTaken(e, bindAddress, port);
        }
        return new HttpServer(server);
    }

    /// The clear form of a failure to listen, or `e` itself where it is something else.
    public static RuntimeException portTaken(RuntimeException e, String bindAddress, int port) {
        if (!(e.getCause() instanceof BindException cause)) {
            return e;
        }
        // The only thing that tells the two apart is what the operating system says.
        boolean noSuchAddress = String.valueOf(cause.getMessage()).contains("assign");
        return new PortTakenException(
                "cannot listen on " + bindAddress + ":" + port + ": "
                        + (noSuchAddress
                                ? "this machine has no such address"
                                : "the port is taken; choose another, or 0 for any"),
                port, e);
    }

    /// The port that the server listens on.
    public int port() {
        return ((InetSocketAddress) server.getListenerInfo().getFirst().getAddress()).getPort();
    }

    @Override
    public void close() {
        server.stop();
    }
}
