package io.agentstream.dev.e2e;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Stands in front of PostgreSQL as PgBouncer does with `pool_mode = transaction`: whoever begins a transaction gets the session that became free
/// last, and gives it back with the transaction's end. Each client brings a session along, by its own log-in. Knows of the protocol what that
/// takes, and no copying. Any thread; close drops everything.
final class TransactionPooler implements AutoCloseable {

    private static final int SSL = 80_877_103;
    private static final int GSS = 80_877_104;
    private static final int AUTHENTICATED = 0;
    private static final int LAST_WORD_OF_THE_SERVER = 12;
    private static final byte IDLE = 'I';

    private final int target;
    private final ServerSocket door;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    /// Sessions in no transaction; guarded by this.
    private final Deque<Wire> free = new ArrayDeque<>();

    /// One side of a connection.
    private record Wire(DataInputStream in, DataOutputStream out) {

        static Wire of(Socket socket) throws IOException {
            socket.setTcpNoDelay(true);
            return new Wire(
                    new DataInputStream(new BufferedInputStream(socket.getInputStream())),
                    new DataOutputStream(new BufferedOutputStream(socket.getOutputStream())));
        }

        Message read() throws IOException {
            byte type = in.readByte();
            byte[] body = in.readNBytes(in.readInt() - Integer.BYTES);
            return new Message(type, body);
        }

        void write(Message message) throws IOException {
            out.writeByte(message.type);
            out.writeInt(Integer.BYTES + message.body.length);
            out.write(message.body);
        }
    }

    private record Message(byte type, byte[] body) {}

    /// @param target the server's port on this machine
    TransactionPooler(int target) throws IOException {
        this.target = target;
        this.door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::open);
    }

    int port() {
        return door.getLocalPort();
    }

    private void open() {
        try {
            while (true) {
                Socket client = door.accept();
                sockets.add(client);
                Thread.ofVirtual().start(() -> serve(client));
            }
        } catch (IOException closed) {
            // and with it the door
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            Wire client = Wire.of(socket);
            release(logIn(client));
            Wire held = null;
            while (true) {
                byte[] asked = question(client);
                if (asked == null) {
                    return;
                }
                Wire session = held == null ? take() : held;
                session.out.write(asked);
                session.out.flush();
                held = answer(session, client) ? null : session;
            }
        } catch (IOException gone) {
            // the client, or the server
        }
    }

    /// The client logs in to the server itself, which is its session until it is another's.
    private Wire logIn(Wire client) throws IOException {
        byte[] startup = startup(client);
        while (startup == null) {
            client.out.writeByte('N'); // in the clear
            client.out.flush();
            startup = startup(client);
        }
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), target);
        sockets.add(socket);
        Wire session = Wire.of(socket);
        session.out.writeInt(Integer.BYTES + startup.length);
        session.out.write(startup);
        session.out.flush();
        while (true) {
            Message said = session.read();
            client.write(said);
            client.out.flush();
            if (said.type == 'Z') {
                return session;
            }
            if (said.type == 'R' && wantsAnswer(ByteBuffer.wrap(said.body).getInt())) {
                session.write(client.read());
                session.out.flush();
            }
        }
    }

    private static boolean wantsAnswer(int code) {
        return code != AUTHENTICATED && code != LAST_WORD_OF_THE_SERVER;
    }

    /// Null where it asks for encryption.
    private static byte @Nullable [] startup(Wire client) throws IOException {
        byte[] body = client.in.readNBytes(client.in.readInt() - Integer.BYTES);
        if (body.length < Integer.BYTES) {
            throw new EOFException("no startup");
        }
        int code = ByteBuffer.wrap(body).getInt();
        return code == SSL || code == GSS ? null : body;
    }

    /// What the client sends up to where it waits for an answer; null where it takes its leave.
    private static byte @Nullable [] question(Wire client) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Wire all = new Wire(client.in, new DataOutputStream(bytes));
        while (true) {
            Message message = client.read();
            if (message.type == 'X') {
                return null;
            }
            all.write(message);
            if (message.type == 'Q' || message.type == 'S') {
                return bytes.toByteArray();
            }
        }
    }

    /// @return whether the transaction is over; then the session is another's already when the client hears of it
    private boolean answer(Wire session, Wire client) throws IOException {
        while (true) {
            Message message = session.read();
            boolean over = message.type == 'Z' && message.body[0] == IDLE;
            if (over) {
                release(session);
            }
            client.write(message);
            if (message.type == 'Z') {
                client.out.flush();
                return over;
            }
        }
    }

    private synchronized Wire take() throws IOException {
        Wire session = free.pollFirst();
        if (session == null) {
            throw new IOException("all sessions are in transactions of clients that are gone");
        }
        return session;
    }

    private synchronized void release(Wire session) {
        free.addFirst(session);
    }

    @Override
    public void close() throws IOException {
        door.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
