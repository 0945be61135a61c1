package io.agentstream.dev.bench.load;

import java.util.List;

/// What calls are to be placed.
///
/// @param server where they go
/// @param frames what they send
/// @param match how they know it again
/// @param domains taken in turn
/// @param tag makes the sessions of this load unlike all others
/// @param callsPerSecond new calls, evenly
/// @param threads loops that share the calls
/// @param tickUs how far apart the loops look at their calls; frames are due on this grid, and what comes in between is seen up to
///     this much late
public record LoadPlan(
        Server server,
        FrameKind frames,
        FrameMatch match,
        List<String> domains,
        String tag,
        int calls,
        double callsPerSecond,
        int threads,
        int tickUs) {

    public static final int FRAME_MS = 20;

    /// More than a machine has processors is of no use.
    public static final int MAX_THREADS = 256;

    static final long FRAME_NS = FRAME_MS * 1_000_000L;

    /// Where calls go.
    ///
    /// @param secure whether through TLS
    /// @param anyCertificate whether the server need not prove who it is
    /// @param ports calls go to them in turn, as a balancer would have it
    /// @param path path and query of the upgrade; `{domain}` and `{session}` are filled in
    /// @param headers further lines of the upgrade; secrets may be among them
    public record Server(
            boolean secure, boolean anyCertificate, String host, List<Integer> ports, String path, List<String> headers) {

        public Server {
            ports = List.copyOf(ports);
            headers = List.copyOf(headers);
            if (ports.isEmpty()) {
                throw new IllegalArgumentException("a load needs a port");
            }
        }

        /// A server of ours on this machine, in the clear.
        public static Server local(List<Integer> ports, String path) {
            return new Server(false, false, "127.0.0.1", ports, path, List.of());
        }

        @Override
        public String toString() {
            return "Server " + host + " " + ports;
        }
    }

    public LoadPlan {
        domains = List.copyOf(domains);
        if (calls < 1 || calls > 1 << 20 || callsPerSecond <= 0 || threads < 1 || domains.isEmpty()) {
            throw new IllegalArgumentException("a load needs calls, a rate, a thread and a domain");
        }
        requireTick(tickUs);
    }

    /// @throws IllegalArgumentException naming the option, where a tick is none
    public static void requireTick(int tickUs) {
        if (tickUs < 50 || FRAME_MS * 1_000 % tickUs != 0) {
            throw new IllegalArgumentException(
                    "--tick takes a number of at least 50 by which the " + FRAME_MS * 1_000 + " us of a frame can be divided");
        }
    }

    /// Echo calls to one of our own servers.
    public static LoadPlan echo(
            Server server, List<String> domains, String tag, int calls, double callsPerSecond, int threads, int tickUs) {
        return new LoadPlan(
                server, FrameKind.TWILIO, FrameMatch.EXACT, domains, tag, calls, callsPerSecond, threads, tickUs);
    }

    String session(int call) {
        return "bench-" + tag + "-" + call;
    }

    int port(int call) {
        return server.ports().get(call % server.ports().size());
    }

    String domain(int call) {
        return domains.get(call % domains.size());
    }

    String target(int call) {
        return server.path().replace("{domain}", domain(call)).replace("{session}", session(call));
    }

    int ticksPerFrame() {
        return FRAME_MS * 1_000 / tickUs;
    }

    /// The tick, within the 20 ms of a frame, at which a call's frames are due: calls are spread evenly.
    int phase(int call) {
        return (int) ((long) call * ticksPerFrame() / calls);
    }
}
