package io.agentstream.orchestrator.api;

import io.agentstream.orchestrator.secret.ApiKeys;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.DatabaseException;
import io.agentstream.orchestrator.store.UserKeys;
import io.agentstream.orchestrator.store.Users;
import io.agentstream.runtime.Secret;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Finds out whose an API key is. What has not the form of a key costs nothing. The others are looked up by one thread on one
/// connection: while one statement runs those that come gather, and the next one asks for all of them. So a thousand invented
/// keys at once cost a few statements, and a revoked key opens nothing from the next statement on. When a key was last used is written down once a minute. Any thread may call.
final class Callers implements AutoCloseable {
    /// Whoever comes when so many wait has to wait for the next statement before it can wait for its own.
    private static final int MAX_WAITING = Places.ALL;

    private static final long PATIENCE_MS = 10_000;

    private static final Logger log = LoggerFactory.getLogger(Callers.class);

    private final Lookup lookup;
    private final Consumer<Set<Long>> used;
    private final BlockingQueue<Question> waiting = new ArrayBlockingQueue<>(MAX_WAITING);
    private final Thread thread = Thread.ofPlatform().name("orchestrator-api-keys").daemon().unstarted(this::run);

    private record Question(String hash, CompletableFuture<Optional<Users.Caller>> answer) {}

    /// What the hashes open, by hash; those that open nothing are not in it.
    @FunctionalInterface
    interface Lookup {
        Map<String, Users.Opened> of(Set<String> hashes);
    }

    Callers(Database database) {
        this(
                hashes -> database.withConnection(connection -> Users.authenticate(connection, hashes)),
                keys -> database.withConnection(connection -> {
                    UserKeys.used(connection, keys);
                    return true;
                }));
    }

    /// @param used is told of the keys whose use has not been written down within the last minute
    Callers(Lookup lookup, Consumer<Set<Long>> used) {
        this.lookup = lookup;
        this.used = used;
        thread.start();
    }

    /// How many wait for the next statement.
    int waiting() {
        return waiting.size();
    }

    /// Nothing where the key opens nothing.
    ///
    /// @throws DatabaseException where the database could not say
    /// @throws TimeoutException where there is no answer in time
    Optional<Users.Caller> of(Secret key) throws InterruptedException, TimeoutException {
        if (!ApiKeys.isWellFormed(key)) {
            return Optional.empty();
        }
        Question question = new Question(HexFormat.of().formatHex(ApiKeys.hash(key)), new CompletableFuture<>());
        if (!waiting.offer(question, PATIENCE_MS, TimeUnit.MILLISECONDS)) {
            throw new TimeoutException("too many keys are being looked up");
        }
        try {
            return question.answer().get(PATIENCE_MS, TimeUnit.MILLISECONDS);
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException("a key could not be looked up", failed.getCause());
        }
    }

    private void run() {
        List<Question> questions = new ArrayList<>();
        while (!Thread.currentThread().isInterrupted()) {
            questions.clear();
            try {
                questions.add(waiting.take());
            } catch (InterruptedException closed) {
                return;
            }
            waiting.drainTo(questions);
            answer(questions);
        }
    }

    private void answer(List<Question> questions) {
        Map<String, Users.Opened> opened;
        try {
            opened = lookup.of(questions.stream().map(Question::hash).collect(Collectors.toSet()));
        } catch (RuntimeException failure) {
            questions.forEach(question -> question.answer().completeExceptionally(failure));
            return;
        }
        questions.forEach(question -> question.answer()
                .complete(Optional.ofNullable(opened.get(question.hash())).map(Users.Opened::caller)));
        note(opened.values().stream()
                .filter(key -> !key.noted())
                .map(key -> key.caller().keyId())
                .collect(Collectors.toSet()));
    }

    /// Nobody waits for it, and where it fails the next use of the key is noted.
    private void note(Set<Long> keys) {
        try {
            if (!keys.isEmpty()) {
                used.accept(keys);
            }
        } catch (RuntimeException failure) {
            log.debug("the use of {} keys was not noted: {}", keys.size(), failure.getMessage());
        }
    }

    /// Who still waits is told nothing, and gives up by itself.
    @Override
    public void close() {
        thread.interrupt();
    }
}
