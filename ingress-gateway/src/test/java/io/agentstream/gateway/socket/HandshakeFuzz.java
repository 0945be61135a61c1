package io.agentstream.gateway.socket;

import io.agentstream.gateway.telephony.cloudonix.CloudonixProvider;
import io.agentstream.runtime.Networks;
import io.agentstream.runtime.PeerAddress;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Codec.Decoded;
import io.agentstream.schemas.Topics;
import io.undertow.util.URLUtils;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// For a fuzzer: whatever a request says of itself, it is none for us, or a call that can be offered, from an address that can be
/// counted. An input's first line is the request's target, the others are values of `X-Forwarded-For`; Undertow has read them from
/// the wire.
public final class HandshakeFuzz {

    private static final Networks TRUSTED = Networks.parse("10.0.0.0/8, 2001:db8:1::/48");
    private static final InetAddress PEER = InetAddress.ofLiteral("10.0.0.1");
    private static final Pattern PROVIDER = Pattern.compile("[a-z0-9_-]{0,32}");
    private static final CallId CALL = CallId.of(1, 2, 3);

    private HandshakeFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        List<String> lines = new String(input, StandardCharsets.ISO_8859_1).lines().toList();
        PeerAddress address = address(lines.isEmpty() ? lines : lines.subList(1, lines.size()));
        String target = lines.isEmpty() ? "" : lines.getFirst();
        int mark = target.indexOf('?');
        String query = mark < 0 ? "" : target.substring(mark + 1);
        StreamRequest request;
        try {
            request = StreamRequest.parse(decode(mark < 0 ? target : target.substring(0, mark), false), parameters(query), query);
        } catch (IllegalArgumentException escape) {
            return; // Undertow has answered 400
        }
        if (request != null) {
            offer(CallFacts.of(CALL, request, new CloudonixProvider(), address.text()));
        }
    }

    private static PeerAddress address(List<String> forwardedFor) {
        PeerAddress address = PeerAddress.of(PEER, forwardedFor, TRUSTED);
        PeerAddress again = PeerAddress.of(InetAddress.ofLiteral(address.text()));
        if (!again.equals(address)) {
            throw new IllegalStateException(address + " is " + again);
        }
        return address;
    }

    private static void offer(CallFacts facts) {
        StreamRequest request = facts.request();
        if (request.provider() != null && !PROVIDER.matcher(request.provider()).matches()) {
            throw new IllegalStateException("a provider of the name " + request.provider());
        }
        CallEvent.Offered offered = new CallEvent.Offered(
                facts.callId(), 1, Instant.EPOCH, null, facts.provider(), request.agentDigest(), 0, facts.address(), facts.domain(),
                request.externalCallId(), request.from(), request.to());
        byte[] written = Topics.CALL_LIFECYCLE.codec().encode(offered);
        if (!new Decoded.Value<CallEvent>(offered).equals(Topics.CALL_LIFECYCLE.codec().decode(written))) {
            throw new IllegalStateException("is read as another: " + new String(written, StandardCharsets.UTF_8));
        }
    }

    private static Map<String, Deque<String>> parameters(String query) {
        Map<String, Deque<String>> parameters = new HashMap<>();
        for (String pair : query.split("&", -1)) {
            int equals = pair.indexOf('=');
            String name = decode(equals < 0 ? pair : pair.substring(0, equals), true);
            parameters.computeIfAbsent(name, key -> new ArrayDeque<>()).add(equals < 0 ? "" : decode(pair.substring(equals + 1), true));
        }
        return parameters;
    }

    private static String decode(String text, boolean ofForm) {
        return URLUtils.decode(text, StandardCharsets.UTF_8.name(), true, ofForm, new StringBuilder());
    }
}
