package io.agentstream.dev.embedded;

/// The server's configuration file, written anew at each start.
final class PostgresSettings {

    private PostgresSettings() {}

    /// For clients at 127.0.0.1:`port`.
    static String of(int port) {
        return """
                # Written at each start. Changes are lost.
                listen_addresses = '127.0.0.1'
                port = @PORT@
                unix_socket_directories = ''
                password_encryption = 'scram-sha-256'

                # A small machine that does other things, too.
                max_connections = 100
                shared_buffers = '64MB'
                max_worker_processes = 4
                max_parallel_workers_per_gather = 0
                wal_level = minimal
                max_wal_senders = 0
                min_wal_size = '32MB'
                max_wal_size = '256MB'
                jit = off

                # A commit is on the disk a moment later, not at once. Nothing is ever half there, and nothing is lost when
                # this process is stopped or killed; when the machine loses power, the last half second is.
                synchronous_commit = off

                log_min_messages = warning
                timezone = 'UTC'
                log_timezone = 'UTC'
                """.replace("@PORT@", Integer.toString(port));
    }
}
