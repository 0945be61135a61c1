package io.agentstream.runtime.outbound;

import io.agentstream.runtime.outbound.Answer.Answered;
import io.agentstream.runtime.outbound.Answer.Trouble;
import io.agentstream.runtime.outbound.Answer.Unanswered;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.config.TlsConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/// Asks what tenants name. Every connection is a new one, made to an address that the [AddressGuard] let through for it, under the
/// name that the URL gives (for TLS and `Host`). Redirects are not followed, cookies not kept, nothing tried again, no proxy of the
/// machine's used.
///
/// Any thread, any number at once: whoever calls it bounds that. A call blocks, at most for its limit, once the name is looked up;
/// looking up takes as long as the machine's resolver takes and holds its thread, so call it on a platform thread.
public final class OutboundHttp implements AutoCloseable {

    static final int MAX_BODY_BYTES = 64 * 1024;
    private static final int MAX_CONNECTIONS = 1_024;
    private static final Timeout CONNECT = Timeout.ofSeconds(3);

    /// Longest silence; what ends a request that trickles is the watch.
    private static final Timeout SILENCE = Timeout.ofSeconds(10);

    private final CloseableHttpClient http;
    private final ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("outbound-watch").daemon().factory());

    /// What is asked.
    ///
    /// @param url that [AddressGuard#problem] has nothing against
    /// @param body sent as UTF-8
    /// @param limit how long everything may take, from connecting to the last byte of the answer
    public record Request(String method, URI url, Map<String, String> headers, @Nullable String body, Duration limit) {

        /// Without URL, headers and body, which are secrets.
        @Override
        public String toString() {
            return "Request[" + method + "]";
        }
    }

    public OutboundHttp(AddressGuard guard) {
        this(guard, null);
    }

    /// @param tls whom to trust; null: whom the JVM trusts
    public OutboundHttp(AddressGuard guard, @Nullable SSLContext tls) {
        var connections = PoolingHttpClientConnectionManagerBuilder.create()
                .setDnsResolver(new GuardedNames(() -> guard))
                .setTlsSocketStrategy(tls == null ? DefaultClientTlsStrategy.createDefault() : new DefaultClientTlsStrategy(tls))
                .setDefaultConnectionConfig(ConnectionConfig.custom()
                        .setConnectTimeout(CONNECT)
                        .setSocketTimeout(SILENCE)
                        .build())
                .setDefaultTlsConfig(TlsConfig.custom().setHandshakeTimeout(SILENCE).build())
                .setMaxConnTotal(MAX_CONNECTIONS)
                .setMaxConnPerRoute(MAX_CONNECTIONS)
                .build();
        this.http = GuardedNames.plainClient(connections)
                .setConnectionReuseStrategy((_, _, _) -> false)
                .setDefaultRequestConfig(RequestConfig.custom()
                        .setResponseTimeout(SILENCE)
                        .setConnectionRequestTimeout(CONNECT)
                        .build())
                .build();
    }

    /// Throws nothing for what the network or the other side does.
    public Answer send(Request request) {
        HttpUriRequestBase message = new HttpUriRequestBase(request.method(), request.url());
        request.headers().forEach(message::setHeader);
        if (request.body() != null) {
            message.setEntity(new ByteArrayEntity(request.body().getBytes(StandardCharsets.UTF_8), null));
        }
        ScheduledFuture<?> end = watch.schedule(message::cancel, request.limit().toMillis(), TimeUnit.MILLISECONDS);
        try (ClassicHttpResponse response = http.executeOpen(HttpHost.create(request.url()), message, null)) {
            Header retryAfter = response.getFirstHeader("Retry-After");
            return new Answered(
                    response.getCode(), retryAfter == null ? null : retryAfter.getValue(), beginning(response.getEntity()));
        } catch (IOException | RuntimeException failure) { // the latter of a client that is closed meanwhile
            return new Unanswered(message.isCancelled() ? Trouble.TIMEOUT : trouble(failure));
        } finally {
            end.cancel(false);
        }
    }

    /// The status is the answer: what becomes of the body changes nothing. The stream is not closed, because that would read what is
    /// left of it; the response is, and with it the connection.
    private static String beginning(@Nullable HttpEntity entity) {
        if (entity == null) {
            return "";
        }
        try {
            InputStream content = entity.getContent();
            return content == null ? "" : new String(content.readNBytes(MAX_BODY_BYTES), StandardCharsets.UTF_8);
        } catch (IOException | RuntimeException cut) {
            return "";
        }
    }

    private static Trouble trouble(Exception failure) {
        return switch (failure) {
            case AddressRefusedException _ -> Trouble.ADDRESS_REFUSED;
            case UnknownHostException _ -> Trouble.NAME_NOT_FOUND;
            case InterruptedIOException _ -> Trouble.TIMEOUT;
            case SSLException _ -> Trouble.TLS;
            case ConnectException _, NoRouteToHostException _ -> Trouble.NO_CONNECTION;
            default -> Trouble.BROKEN;
        };
    }

    /// Requests under way are broken off.
    @Override
    public void close() throws IOException {
        watch.shutdownNow();
        http.close(CloseMode.IMMEDIATE);
    }
}
