package io.agentstream.runtime;

import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.server.DefaultByteBufferPool;
import io.undertow.server.HttpHandler;
import io.undertow.server.protocol.http.HttpOpenListener;
import java.time.Duration;
import org.xnio.ChannelListener;
import org.xnio.ChannelListeners;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.StreamConnection;

/// Owns a plain HTTP server for a service's API, health and metrics. Any thread.
public final class HttpServer implements AutoCloseable {

    private static final int MAX_BODY_BYTES = 1 << 20;
    private static final int MAX_HEADER_BYTES = 16 << 10;
    /// Also how long a connection may be without a request.
    private static final Duration REQUEST_TIME = Duration.ofSeconds(30);
    /// A connection that brings and takes nothing, also in the middle of a body.
    private static final int IDLE_TIMEOUT_MS = 60_000;
    private static final int MAX_HEADERS = 64;
    private static final int MAX_PARAMETERS = 64;
    private static final int MAX_COOKIES = 16;

    /// Followers of events have a connection each for as long as they follow.
    private static final int CONNECTIONS = 3_000;
    private static final int CONNECTIONS_PER_ADDRESS = 1_000;
    private static final int BACKLOG = 1_000;
    private static final int HTTP_BUFFER_BYTES = 16 << 10;

    private final ListeningPort port;
    private final Connections connections;

    /// What all who connect may have together.
    ///
    /// @param connections how many there may be; of more the one is cut that has waited longest for a whole request
    /// @param perAddress of one address, or with IPv6 of one /64, that is no proxy's
    /// @param proxies which connect for others
    /// @param requestTime how long a request may take to arrive, to the end of its body
    /// @param answerTime how long it may take from a request's head to the end of its answer; zero where the handler sees to that
    /// @param onCut told of each connection that is cut for one of these; any thread
    public record Bounds(
            int connections, int perAddress, Networks proxies, Duration requestTime, Duration answerTime, Runnable onCut) {

        /// Of a port whose handler ends its answers in time.
        public static Bounds of(Networks proxies, Runnable onCut) {
            return new Bounds(CONNECTIONS, CONNECTIONS_PER_ADDRESS, proxies, REQUEST_TIME, Duration.ZERO, onCut);
        }
    }

    private HttpServer(ListeningPort port, Connections connections) {
        this.port = port;
        this.connections = connections;
    }

    /// With the bounds of a port whose handler ends its answers in time.
    ///
    /// @param port port to listen on, 0 for any free one
    /// @throws PortTakenException where it cannot listen there; says where
    public static HttpServer start(String bindAddress, int port, int ioThreads, int workerThreads, HttpHandler handler) {
        return start(bindAddress, port, ioThreads, workerThreads, Bounds.of(Networks.NONE, () -> {}), handler);
    }

    /// @param port port to listen on, 0 for any free one
    /// @throws PortTakenException where it cannot listen there; says where
    public static HttpServer start(
            String bindAddress, int port, int ioThreads, int workerThreads, Bounds bounds, HttpHandler handler) {
        Undertow undertow = Undertow.builder()
                .setIoThreads(ioThreads)
                .setWorkerThreads(workerThreads)
                .build();
        Connections connections = new Connections(bounds);
        ChannelListener<StreamConnection> requests = connections.lettingIn(requests(bounds, connections.before(handler)));
        OptionMap tcp = OptionMap.builder()
                .set(Options.TCP_NODELAY, true)
                .set(Options.REUSE_ADDRESSES, true)
                .set(Options.BACKLOG, BACKLOG)
                .getMap();
        ListeningPort listening = ListeningPort.open(undertow, bindAddress, port, (threads, address) ->
                threads.createStreamConnectionServer(address, ChannelListeners.openListenerAdapter(requests), tcp));
        return new HttpServer(listening, connections);
    }

    private static HttpOpenListener requests(Bounds bounds, HttpHandler handler) {
        HttpOpenListener requests = new HttpOpenListener(
                new DefaultByteBufferPool(true, HTTP_BUFFER_BYTES),
                OptionMap.builder()
                        .set(UndertowOptions.BUFFER_PIPELINED_DATA, true)
                        .set(UndertowOptions.MAX_ENTITY_SIZE, (long) MAX_BODY_BYTES)
                        .set(UndertowOptions.MAX_HEADER_SIZE, MAX_HEADER_BYTES)
                        .set(UndertowOptions.REQUEST_PARSE_TIMEOUT, (int) bounds.requestTime().toMillis())
                        .set(UndertowOptions.NO_REQUEST_TIMEOUT, (int) REQUEST_TIME.toMillis())
                        .set(UndertowOptions.IDLE_TIMEOUT, IDLE_TIMEOUT_MS)
                        .set(UndertowOptions.MAX_HEADERS, MAX_HEADERS)
                        .set(UndertowOptions.MAX_PARAMETERS, MAX_PARAMETERS)
                        .set(UndertowOptions.MAX_COOKIES, MAX_COOKIES)
                        .getMap());
        requests.setRootHandler(handler);
        return requests;
    }

    /// The port that the server listens on.
    public int port() {
        return port.number();
    }

    /// How many connections there are.
    public int connections() {
        return connections.size();
    }

    /// A second time does nothing.
    @Override
    public void close() {
        port.close();
    }
}
