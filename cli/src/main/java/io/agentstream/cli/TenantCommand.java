package io.agentstream.cli;

import io.agentstream.orchestrator.secret.ApiKeys;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.Emails;
import io.agentstream.orchestrator.store.Organizations;
import io.agentstream.orchestrator.store.Organizations.Limits;
import io.agentstream.orchestrator.store.Organizations.Organization;
import io.agentstream.orchestrator.store.Scope;
import io.agentstream.orchestrator.store.Tenants;
import io.agentstream.orchestrator.store.Users;
import io.agentstream.orchestrator.store.Who;
import io.agentstream.runtime.Config;
import io.agentstream.runtime.ConfigException;
import io.agentstream.runtime.Keys;
import io.agentstream.runtime.Secret;
import io.agentstream.runtime.ServiceMain;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Tenants, for whoever runs the installation and can reach its database.
@Command(
        name = "tenant",
        description = {
            "Makes and lists the tenants of an installation: organisations, each with its users and API keys.",
            "Works on the database that AGENT_STREAM_DATABASE_URL, _USER and _PASSWORD name, or on that of the system which runs in a"
                    + " data directory (--data DIR). To an empty database create gives its tables; tables of another version stay as they are."
        },
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        commandListHeading = "%nCommands:%n")
final class TenantCommand {
    private static final int MAX_CALLS = 1_000_000;
    private static final int PAGE = 500;
    private static final String COMMAND = "tenant-command";

    private final Terminal terminal;

    @Spec
    private @Nullable CommandSpec spec;

    TenantCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Command(
            name = "create",
            description = "Makes an organisation with its first user. Prints its number and, alone on the last line, an API key of the scope"
                    + " admin, which is shown this once.",
            mixinStandardHelpOptions = true)
    int create(
            @Parameters(paramLabel = "NAME", description = "What the organisation is called.") String name,
            @Option(names = "--owner", paramLabel = "EMAIL", required = true, description = "The first user's e-mail address.")
                    String owner,
            @Option(
                            names = "--max-calls",
                            paramLabel = "N",
                            defaultValue = "10",
                            description = "Most calls at once (default: ${DEFAULT-VALUE}).")
                    int maxCalls,
            @Option(names = "--data", paramLabel = "DIR", description = "Data directory of a system of one machine.")
                    @Nullable Path data)
            throws ConfigException, IOException, InterruptedException {
        if (!Organizations.isName(name)) {
            throw wrong("create", "NAME takes 1 to " + Organizations.MAX_NAME + " characters, not only spaces, and no control characters");
        }
        if (!Emails.isOne(owner)) {
            throw wrong("create", "--owner takes an e-mail address");
        }
        if (maxCalls < 0 || maxCalls > MAX_CALLS) {
            throw wrong("create", "--max-calls takes a number from 0 to " + MAX_CALLS);
        }
        Limits limits = Limits.DEFAULT.withMaxConcurrentCalls(maxCalls);
        Secret key = new ApiKeys(new SecureRandom()).generate();
        Tenants.Made made;
        try (Database database = InstallationDatabase.openOrSetUp(config(data), COMMAND)) {
            made = database.inTransaction(connection -> Tenants.create(
                    connection, new Who.Command(), new Tenants.NewTenant(name, owner, limits), key));
        }
        terminal.out().println("organisation   " + made.organization().id() + "  " + name);
        terminal.out().println("owner          " + owner);
        terminal.out().println("calls at once  " + maxCalls);
        return show(key, Scope.ADMIN);
    }

    @Command(name = "list", description = "Lists the organisations, oldest first.", mixinStandardHelpOptions = true)
    int list(
            @Option(names = "--data", paramLabel = "DIR", description = "Data directory of a system of one machine.")
                    @Nullable Path data)
            throws ConfigException, IOException, InterruptedException {
        List<Organization> all = new ArrayList<>();
        try (Database database = open(data)) {
            int before;
            do {
                before = all.size();
                long from = all.isEmpty() ? Long.MAX_VALUE : all.getLast().id();
                database.inTransaction(connection -> {
                    Organizations.list(connection, from, PAGE, all::add);
                    return true;
                });
            } while (all.size() == before + PAGE);
        }
        PrintStream out = terminal.out();
        out.printf(Locale.ROOT, "%8s  %13s  %-9s  %s%n", "number", "calls at once", "", "name");
        for (Organization organization : all.reversed()) {
            Limits limits = organization.limits();
            out.printf(
                    Locale.ROOT,
                    "%8d  %13d  %-9s  %s%n",
                    organization.id(),
                    limits.maxConcurrentCalls(),
                    limits.suspended() ? "suspended" : "",
                    organization.name());
        }
        return ServiceMain.EXIT_OK;
    }

    @Command(
            name = "key",
            description = "Makes another API key, in the name of the organisation's first user. It stands alone on the last line and is"
                    + " shown this once.",
            mixinStandardHelpOptions = true)
    int key(
            @Parameters(paramLabel = "ORG", description = "The organisation's number; see tenant list.") int organization,
            @Option(
                            names = "--scope",
                            paramLabel = "SCOPE",
                            defaultValue = "admin",
                            description = "What it is for: read (look), write (also agents, configurations) or admin (also users, keys,"
                                    + " retention). Default: ${DEFAULT-VALUE}.")
                    Scope scope,
            @Option(names = "--data", paramLabel = "DIR", description = "Data directory of a system of one machine.")
                    @Nullable Path data)
            throws ConfigException, IOException, InterruptedException {
        Secret key = new ApiKeys(new SecureRandom()).generate();
        try (Database database = open(data)) {
            boolean done = database.inTransaction(connection -> {
                Optional<Users.User> owner = Users.firstOf(connection, organization);
                if (owner.isPresent()) {
                    Tenants.addKey(connection, new Who.Command(), owner.get(), key, "made at the command line", scope);
                }
                return owner.isPresent();
            });
            if (!done) {
                terminal.err().println("There is no organisation " + organization + " here; ./agent-stream tenant list shows those there are.");
                return ServiceMain.EXIT_FAULT;
            }
        }
        terminal.out().println("organisation   " + organization);
        return show(key, scope);
    }

    private int show(Secret key, Scope scope) {
        terminal.out().println("An API key with the scope " + scope.text() + "; it is shown this once:");
        terminal.out().println(key.reveal());
        return ServiceMain.EXIT_OK;
    }

    private RuntimeException wrong(String command, String what) {
        CommandLine line = Objects.requireNonNull(spec).subcommands().get(command);
        return Arguments.wrong(Objects.requireNonNull(line).getCommandSpec(), what);
    }

    private Database open(@Nullable Path data) throws ConfigException, IOException, InterruptedException {
        return InstallationDatabase.open(config(data), COMMAND);
    }

    private Config config(@Nullable Path data) throws ConfigException, IOException {
        return Installation.config(terminal.environment(), data, List.of(Keys.DATABASE_URL));
    }
}
