package io.agentstream.orchestrator.api;

import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.RunFilter;
import io.agentstream.orchestrator.store.RunLists;
import io.agentstream.orchestrator.store.RunLists.Position;
import io.agentstream.orchestrator.store.Runs;
import java.io.ByteArrayOutputStream;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// All runs of a list, in pieces of at most [#MAX_RUNS] and about [#MAX_BYTES]. Each is a short transaction of its own that begins
/// behind the last run of the one before: between them, while the other side reads, there is neither a transaction nor a connection,
/// and nothing in memory but the piece. Runs that are made meanwhile are newer than the first, and not in it. One thread at a time.
final class RunPieces implements Reply.Pieces {
    private static final int MAX_RUNS = 500;
    private static final int MAX_BYTES = 256 * 1024;

    private final Database database;
    private final long organizationId;
    private final RunFilter filter;
    private final RunWriter writer;
    private @Nullable Position last;
    private boolean isOver;

    RunPieces(Database database, long organizationId, RunFilter filter, RunWriter writer) {
        this.database = database;
        this.organizationId = organizationId;
        this.filter = filter;
        this.writer = writer;
    }

    @Override
    public Optional<byte[]> next() {
        if (isOver) {
            return Optional.empty();
        }
        Piece piece = new Piece();
        Position after = last;
        database.inTransaction(connection -> {
            RunLists.list(connection, organizationId, filter, after, MAX_RUNS, piece);
            return true;
        });
        isOver = piece.runs < MAX_RUNS && !piece.goesOn;
        last = piece.last == null ? last : piece.last;
        return Optional.of(piece.out.toByteArray());
    }

    private final class Piece implements RunLists.Taker {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream(MAX_BYTES / 4);
        private @Nullable Position last;
        private int runs;
        private boolean goesOn;

        @Override
        public boolean take(Runs.Run run) {
            if (out.size() >= MAX_BYTES) {
                goesOn = true;
                return false;
            }
            out.writeBytes(writer.line(run));
            last = new Position(run.createdAt(), run.id());
            runs++;
            return true;
        }

        @Override
        public void goOnBehind(Position place) {
            last = place;
            goesOn = true;
        }
    }
}
