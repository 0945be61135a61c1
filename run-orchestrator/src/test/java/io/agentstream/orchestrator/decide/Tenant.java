package io.agentstream.orchestrator.decide;

import io.agentstream.orchestrator.secret.CredentialsCipher;
import io.agentstream.orchestrator.store.AgentVersions;
import io.agentstream.orchestrator.store.Agents;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.Ledger;
import io.agentstream.orchestrator.store.Organizations;
import io.agentstream.orchestrator.store.RunFilter;
import io.agentstream.orchestrator.store.RunLists;
import io.agentstream.orchestrator.store.Runs;
import io.agentstream.orchestrator.store.SampleTenant;
import io.agentstream.orchestrator.store.Sql;
import io.agentstream.orchestrator.store.TelephonyConfigurations;
import io.agentstream.orchestrator.store.Users;
import io.agentstream.runtime.Secret;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.DomainName;
import java.math.BigDecimal;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import tools.jackson.databind.node.JsonNodeFactory;

/// A test's own organisation with what a call needs: an agent, and an account for `acme.cloudonix.net`.
public record Tenant(Database database, SampleTenant sample) {

    public static final String DOMAIN = "acme.cloudonix.net";
    public static final CredentialsCipher CIPHER = CredentialsCipher.of(
                    new SecureRandom(), CredentialsCipher.generateKey(new SecureRandom()))
            .orElseThrow();

    public static Tenant create(Database database) {
        Tenant tenant = new Tenant(database, SampleTenant.create(database));
        tenant.addAccount(DOMAIN, true);
        return tenant;
    }

    public void addAccount(String domain, boolean withToken) {
        Secret token = new Secret("bearer-" + UUID.randomUUID());
        var place = new CredentialsCipher.Place(sample.organizationId(), "cloudonix", domain);
        database.inTransaction(c -> TelephonyConfigurations.create(
                c, sample.organizationId(), domain, "cloudonix", DomainName.parse(domain).orElseThrow(),
                withToken
                        ? new TelephonyConfigurations.StoredToken(CIPHER.seal(token, place), "hint")
                        : null));
    }

    /// Another agent of it, that echoes.
    UUID addAgent() {
        UUID uuid = UUID.randomUUID();
        return database.inTransaction(c -> {
            long agent = Agents.create(
                    c, uuid, sample.organizationId(), sample.userId(), "Another", JsonNodeFactory.instance.objectNode());
            AgentVersions.saveDraft(c, agent, JsonNodeFactory.instance.objectNode().put("engine", "echo"));
            return uuid;
        });
    }

    public void limit(int calls) {
        database.inTransaction(c -> Organizations.setLimits(
                c, sample.organizationId(), Organizations.Limits.DEFAULT.withMaxConcurrentCalls(calls)));
    }

    public void suspended(boolean suspended) {
        Organizations.Limits limits = new Organizations.Limits(10, null, null, suspended);
        database.inTransaction(c -> Organizations.setLimits(c, sample.organizationId(), limits));
    }

    /// Grants so much that the owner has `amount`; with 0 it has had some and none is left.
    public void credits(String amount) {
        database.inTransaction(c -> {
            Ledger.setPrepaid(c, sample.organizationId(), sample.userId());
            BigDecimal more = new BigDecimal(amount)
                    .subtract(Users.find(c, sample.userId()).orElseThrow().credits());
            return more.signum() == 0
                    ? more
                    : Ledger.grant(
                            c,
                            new Ledger.Grant(
                                    sample.organizationId(), sample.userId(), more, "test", UUID.randomUUID().toString()));
        });
    }

    /// What does not add up in its ledger.
    public List<String> disagreements() {
        return database.withConnection(c -> Ledger.disagreements(c, sample.organizationId()));
    }

    public List<Ledger.Entry> ledger() {
        List<Ledger.Entry> entries = new ArrayList<>();
        return database.inTransaction(c -> {
            Ledger.list(c, sample.organizationId(), Long.MAX_VALUE, 10_000, entries::add);
            return entries.reversed();
        });
    }

    /// What its calls cost from now on.
    public void price(String perMinute) {
        database.inTransaction(c -> Sql.update(
                c, "update organizations set price_per_minute = ?::numeric where id = ?", perMinute, sample.organizationId()));
    }

    public BigDecimal credits() {
        return database.withConnection(c -> Users.find(c, sample.userId())).orElseThrow().credits();
    }

    public Optional<Runs.Run> run(CallId call) {
        return runs().stream().filter(run -> run.callId().equals(call.value())).findFirst();
    }

    public List<Runs.Run> runs() {
        List<Runs.Run> runs = new ArrayList<>();
        return database.inTransaction(c -> {
            RunLists.list(
                    c, sample.organizationId(), RunFilter.ofAgent(sample.agentId()), null, 1_000, new RunLists.Taker() {
                        @Override
                        public boolean take(Runs.Run run) {
                            return runs.add(run);
                        }

                        @Override
                        public void goOnBehind(RunLists.Position place) {}
                    });
            return runs;
        });
    }

    /// Types of the events of the call's run, in order.
    public List<String> story(CallId call) {
        return database.withConnection(c -> Sql.query(
                c,
                "select e.type from run_events e join runs r on r.id = e.run_id where r.call_id = ? order by e.position",
                row -> row.getString(1),
                call.value()));
    }

    public Samples.Offer offer() {
        return Samples.offered().agent(sample.agentUuid()).domain(DOMAIN);
    }
}
