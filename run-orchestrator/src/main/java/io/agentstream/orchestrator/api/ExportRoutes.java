package io.agentstream.orchestrator.api;

import io.agentstream.calllog.CallSource;
import io.agentstream.calllog.export.CallExport;
import io.agentstream.orchestrator.replay.CallLogs;
import io.agentstream.orchestrator.store.AuditLog;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.RunPlaces;
import io.agentstream.orchestrator.store.RunPlaces.Located;
import io.agentstream.orchestrator.store.Runs;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.CallSecrets;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A run as one file, with or without what is personal in it. It is made while it is sent, in constant memory. Who takes one stands in the
/// audit log.
final class ExportRoutes {

    private static final Logger log = LoggerFactory.getLogger(ExportRoutes.class);
    private static final List<String> BOOLEANS = List.of("true", "false");

    private final Database database;
    private final Database readers;
    private final CallLogs logs;
    private final ReadBack readBack;

    /// @param readers for what is done beside the log, off the requests' threads
    ExportRoutes(Database database, Database readers, CallLogs logs, ReadBack readBack) {
        this.database = database;
        this.readers = readers;
        this.logs = logs;
        this.readBack = readBack;
    }

    List<Route> routes() {
        return List.of(Route.file(Access.READ, "/api/v1/runs/{id}/export", MediaTypes.ZSTD, this::export));
    }

    private record Found(Runs.Run run, Located located) {}

    private Reply export(Call call) {
        boolean redact = "true".equals(call.query().word("redact", BOOLEANS));
        if (call.query().isBad()) {
            return call.query().badRequest();
        }
        Optional<Found> found = call.id("id").flatMap(id -> database.withConnection(connection -> {
            Optional<Runs.Run> run = Runs.find(connection, call.organizationId(), id);
            Optional<Located> located = RunPlaces.find(connection, call.organizationId(), id);
            return run.isPresent() && located.isPresent()
                    ? Optional.of(new Found(run.get(), located.get()))
                    : Optional.<Found>empty();
        }));
        if (found.isEmpty()) {
            return Reply.notFound();
        }
        Located run = found.get().located();
        if (run.emptied()) {
            return Reply.gone(
                    "What was said in this call is erased or was kept for long enough. What is left is that there was a call.", ReadBack.left(run));
        }
        Optional<CallSecrets> secrets = logs.secrets(run);
        if (run.sealed() && secrets.isEmpty() && (run.media() != null || run.words() != null)) {
            log.atError().addKeyValue("run", run.name()).log("the keys of a call are not ours: CALL_KEYS_KEY is another");
            return Reply.internal();
        }
        return Reply.later(() -> read(call, found.get(), secrets.orElse(null), redact));
    }

    private Reply read(Call call, Found found, @Nullable CallSecrets secrets, boolean redact) {
        Located run = found.located();
        CallSource source = logs.of(run);
        return readBack.answer(
                call.organizationId(), run, () -> CallExport.hasRecords(source), has -> has
                        ? answer(call, found, source, secrets, redact)
                        : Reply.gone("The topics have no record of this call any more. What is left is what is known of it.", ReadBack.left(run)));
    }

    private Reply answer(Call call, Found found, CallSource source, @Nullable CallSecrets secrets, boolean redact) {
        Located run = found.located();
        long owner = call.organizationId();
        CallExport.Subject subject = new CallExport.Subject(
                new CallId(run.callId()), RunRoutes.json(found.run()), run.endedAt() != null);
        Reply.Pieces pieces = readBack.pieces(
                owner,
                run,
                () -> taken(call, run, redact),
                () -> CallExport.open(subject, new ExportedEvents(readers, run.id()), logs::definition, source, secrets, redact));
        return Reply.stream(MediaTypes.ZSTD, new byte[0], pieces)
                .with("Content-Disposition", "attachment; filename=\"" + run.name() + (redact ? "-redacted" : "") + ".tar.zst\"");
    }

    private void taken(Call call, Located run, boolean redact) {
        readers.inTransaction(connection -> {
            AuditLog.write(
                    connection, call.who(),
                    AuditLog.Change.of(
                            call.organizationId(), "run.exported", "run", run.id(), null, Json.object().put("redacted", redact)));
            return true;
        });
    }
}
