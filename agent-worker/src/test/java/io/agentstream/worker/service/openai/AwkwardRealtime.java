package io.agentstream.worker.service.openai;

import io.agentstream.dev.simulator.services.Asked;
import io.agentstream.dev.simulator.services.Mishap;
import io.agentstream.dev.simulator.services.Reply;
import io.agentstream.dev.simulator.services.ServiceServer;
import io.agentstream.dev.simulator.services.ServiceSocket;
import java.io.IOException;

/// A realtime service that does what a test tells it to, once it is connected.
final class AwkwardRealtime extends ServiceServer {

    @FunctionalInterface
    interface Play {
        void with(ServiceSocket socket) throws IOException;
    }

    private final Play play;

    private AwkwardRealtime(Play play) {
        this.play = play;
    }

    static AwkwardRealtime start(Play play) {
        AwkwardRealtime server = new AwkwardRealtime(play);
        server.start();
        return server;
    }

    /// As a service does until it is asked for an answer: first comes what the session is to be.
    static void awaitsQuestion(ServiceSocket socket) throws IOException {
        socket.text("{\"type\":\"session.updated\"}");
        while (!socket.next().orElseThrow().text().contains("response.create")) {
            continue;
        }
    }

    @Override
    protected void serve(Asked request, Reply reply, Mishap mishap) throws IOException {
        play.with(reply.upgrade());
    }
}
