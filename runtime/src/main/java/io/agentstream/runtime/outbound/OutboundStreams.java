package io.agentstream.runtime.outbound;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLContext;
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
import org.apache.hc.core5.pool.PoolConcurrencyPolicy;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/// Asks what tenants name, and reads the answer while it is being made. As [OutboundHttp], but for this: an answer is a stream without
/// a size, and a connection that has brought one to its end is used again, for a minute at most, since a new one would be heard as a
/// pause. It leads to an address that the [AddressGuard] let through when it was made.
///
/// Any thread, virtual ones too where the guard's look-ups are [LookUps].
public final class OutboundStreams implements AutoCloseable {

    private static final int MAX_CONNECTIONS = 2_048;
    private static final Timeout CONNECT = Timeout.ofSeconds(3);
    private static final TimeValue KEPT = TimeValue.ofSeconds(60);
    private static final TimeValue CHECKED_AFTER = TimeValue.ofSeconds(2);

    private final AddressGuard guard;
    /// That of the request under way: connections are everybody's, and who looks a name up is known on the thread that asks only.
    private final ScopedValue<AddressGuard> asking;
    private final CloseableHttpClient http;
    private final ScheduledThreadPoolExecutor watch;

    /// What is asked.
    ///
    /// @param url that [AddressGuard#problem] has nothing against
    /// @param body sent as UTF-8
    /// @param silenceMs longest time without a byte of the answer
    public record Request(String method, URI url, Map<String, String> headers, @Nullable String body, int silenceMs) {

        /// Without URL, headers and body, which are secrets.
        @Override
        public String toString() {
            return "Request[" + method + "]";
        }
    }

    public OutboundStreams(AddressGuard guard) {
        this(guard, null);
    }

    /// @param tls whom to trust; null: whom the JVM trusts
    public OutboundStreams(AddressGuard guard, @Nullable SSLContext tls) {
        this.guard = guard;
        this.asking = ScopedValue.newInstance();
        this.watch = new ScheduledThreadPoolExecutor(1, Thread.ofPlatform().name("stream-watch").daemon().factory());
        watch.setRemoveOnCancelPolicy(true);
        var connections = PoolingHttpClientConnectionManagerBuilder.create()
                .setDnsResolver(new GuardedNames(asking::get))
                .setTlsSocketStrategy(tls == null ? DefaultClientTlsStrategy.createDefault() : new DefaultClientTlsStrategy(tls))
                .setDefaultConnectionConfig(ConnectionConfig.custom()
                        .setConnectTimeout(CONNECT)
                        .setTimeToLive(KEPT)
                        .setValidateAfterInactivity(CHECKED_AFTER)
                        .build())
                .setDefaultTlsConfig(TlsConfig.custom().setHandshakeTimeout(CONNECT).build())
                .setPoolConcurrencyPolicy(PoolConcurrencyPolicy.LAX)
                .setMaxConnTotal(MAX_CONNECTIONS)
                .setMaxConnPerRoute(MAX_CONNECTIONS)
                .build();
        this.http = GuardedNames.plainClient(connections)
                .evictExpiredConnections()
                .evictIdleConnections(KEPT)
                .build();
    }

    private OutboundStreams(OutboundStreams same, AddressGuard guard) {
        this.guard = guard;
        this.asking = same.asking;
        this.http = same.http;
        this.watch = same.watch;
    }

    /// The same connections, for requests whose names another guard looks up. Is not to be closed.
    ///
    /// @param other which lets through what this one's does: a connection that one has made is used for the other's requests too
    public OutboundStreams by(AddressGuard other) {
        return new OutboundStreams(this, other);
    }

    /// Prepares a request; nothing is sent before [Exchange#open].
    public Exchange prepare(Request request) {
        return new Exchange(request);
    }

    /// A request and its answer. One thread opens, reads and closes it; any thread may cancel it.
    public final class Exchange implements AutoCloseable {

        private final HttpUriRequestBase message;
        private final URI url;
        private final ReentrantLock lock = new ReentrantLock();
        /// Under the lock.
        private @Nullable ScheduledFuture<?> end;

        private @Nullable ClassicHttpResponse response;
        private volatile boolean timedOut;

        private Exchange(Request request) {
            url = request.url();
            message = new HttpUriRequestBase(request.method(), url);
            message.setConfig(RequestConfig.custom()
                    .setConnectionRequestTimeout(CONNECT)
                    .setResponseTimeout(Timeout.ofMilliseconds(request.silenceMs()))
                    .build());
            request.headers().forEach(message::setHeader);
            if (request.body() != null) {
                message.setEntity(new ByteArrayEntity(request.body().getBytes(StandardCharsets.UTF_8), null));
            }
        }

        /// From now on everything may take `limitMs` more; replaces the limit before.
        public void limit(long limitMs) {
            lock.lock();
            try {
                if (end != null) {
                    end.cancel(false);
                }
                end = watch.isShutdown() ? null : watch.schedule(this::timeOut, limitMs, TimeUnit.MILLISECONDS);
            } finally {
                lock.unlock();
            }
        }

        private void timeOut() {
            timedOut = true;
            message.cancel();
        }

        /// Whether a limit has passed: then what failed failed because of it.
        public boolean timedOut() {
            return timedOut;
        }

        /// Sends the request and waits for the head of the answer.
        public void open() throws IOException {
            try {
                response = ScopedValue.where(asking, guard).call(() -> http.executeOpen(HttpHost.create(url), message, null));
            } catch (IllegalStateException tooLate) { // the client's word for a request that was cancelled before, and for being closed
                throw new InterruptedIOException("cancelled");
            }
        }

        private ClassicHttpResponse answer() {
            if (response == null) {
                throw new IllegalStateException("there is no answer yet");
            }
            return response;
        }

        public int status() {
            return answer().getCode();
        }

        public @Nullable String header(String name) {
            Header header = answer().getFirstHeader(name);
            return header == null ? null : header.getValue();
        }

        /// The answer as it comes. Where it is read to its end, the connection is kept.
        public InputStream body() throws IOException {
            HttpEntity entity = answer().getEntity();
            InputStream content = entity == null ? null : entity.getContent();
            return content == null ? InputStream.nullInputStream() : content;
        }

        /// Breaks it off, also before it is opened: whoever opens or reads gets an [IOException].
        public void cancel() {
            message.cancel();
        }

        @Override
        public void close() {
            lock.lock();
            try {
                if (end != null) {
                    end.cancel(false);
                }
            } finally {
                lock.unlock();
            }
            if (response != null) {
                try {
                    response.close();
                } catch (IOException gone) {
                    // It is closed, which is all that was wanted.
                }
            }
        }
    }

    /// Requests under way are broken off.
    @Override
    public void close() throws IOException {
        watch.shutdownNow();
        http.close(CloseMode.IMMEDIATE);
    }
}
