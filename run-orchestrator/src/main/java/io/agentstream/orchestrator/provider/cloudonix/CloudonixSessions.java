package io.agentstream.orchestrator.provider.cloudonix;

import io.agentstream.orchestrator.decide.NotNowException;
import io.agentstream.orchestrator.decide.SessionAnswer;
import io.agentstream.orchestrator.decide.Verdicts;
import io.agentstream.orchestrator.provider.Briefing;
import io.agentstream.orchestrator.provider.Dial;
import io.agentstream.orchestrator.provider.HandOver;
import io.agentstream.orchestrator.provider.HangUp;
import io.agentstream.orchestrator.provider.Leg;
import io.agentstream.orchestrator.provider.SessionCheck;
import io.agentstream.orchestrator.provider.SessionCheck.Reason;
import io.agentstream.orchestrator.provider.Sessions;
import io.agentstream.orchestrator.provider.Trouble;
import io.agentstream.orchestrator.provider.Turns;
import io.agentstream.orchestrator.secret.CredentialsCipher;
import io.agentstream.orchestrator.secret.CredentialsCipher.Opened;
import io.agentstream.orchestrator.secret.Envelope;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.DatabaseException;
import io.agentstream.orchestrator.store.TelephonyConfigurations;
import io.agentstream.orchestrator.store.TelephonyConfigurations.Account;
import io.agentstream.runtime.Secret;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Asks Cloudonix with the account's own token, which is plain for the length of one request only.
public final class CloudonixSessions implements Sessions {

    private static final Logger log = LoggerFactory.getLogger(CloudonixSessions.class);

    private final CloudonixClient client;
    private final CredentialsCipher cipher;
    private final Database database;
    private final Supplier<Optional<URI>> hooks;

    /// One that the provider cannot tell anything.
    public CloudonixSessions(CloudonixClient client, CredentialsCipher cipher, Database database) {
        this(client, cipher, database, Optional::empty);
    }

    /// @param client stays its giver's to close
    /// @param database where it is kept which accounts the provider knows
    /// @param hooks where the provider reaches what [CloudonixHooks] answers, without the path; nothing: nowhere
    public CloudonixSessions(CloudonixClient client, CredentialsCipher cipher, Database database, Supplier<Optional<URI>> hooks) {
        this.client = client;
        this.cipher = cipher;
        this.database = database;
        this.hooks = hooks;
    }

    @Override
    public SessionAnswer check(Account account, String session, long deadlineNanos) {
        Optional<Secret> token = token(account);
        if (token.isEmpty()) {
            return SessionAnswer.NOT_ASKED;
        }
        CloudonixClient.Asked asked = client.ask(line(account), account.domain(), session, token.get(), deadlineNanos);
        return new SessionAnswer(verdict(account, asked.check()), asked.status(), asked.tries());
    }

    private Verdicts.Session verdict(Account account, SessionCheck check) {
        return switch (check) {
            case SessionCheck.Live() -> {
                note(account, true);
                yield Verdicts.Session.LIVE;
            }
            case SessionCheck.NotLive(Reason reason) -> {
                refused(account, reason);
                yield notConfirmed(account, reason);
            }
            case SessionCheck.Unavailable(Trouble trouble) -> {
                if (trouble == Trouble.CLOSED) {
                    throw new NotNowException("this process is closing", null);
                }
                yield notConfirmed(account, trouble);
            }
        };
    }

    @Override
    public Turns turns(Account account, int most) {
        return client.turns(line(account), most);
    }

    @Override
    public Turns turnInLine(Account account, Duration patience) {
        return client.turnInLine(line(account), patience);
    }

    @Override
    public void late(Account account, Turns turns) {
        client.late(line(account), turns);
    }

    private void refused(Account account, Reason reason) {
        if (reason == Reason.UNAUTHORIZED) {
            note(account, false);
        }
    }

    private void note(Account account, boolean known) {
        if (account.confirmed() == known) {
            return;
        }
        try {
            database.withConnection(c -> known ? TelephonyConfigurations.confirm(c, account) : TelephonyConfigurations.withdraw(c, account));
        } catch (DatabaseException later) { // which harms no call
            log.atInfo().addKeyValue("configuration", account.id()).log("not noted whether the provider knows it, with the next call");
        }
    }

    /// The provider's limit is one domain's, however many organisations use it. But an organisation names a domain and proves nothing by
    /// that: until the provider has confirmed its token there, and from when it refuses it on, whoever names another's has a line of his own.
    private static String line(Account account) {
        return account.confirmed() ? account.domain() : account.organizationId() + "/" + account.domain();
    }

    @Override
    public HangUp hangUp(Account account, String session, long deadlineNanos) {
        Optional<Secret> token = token(account);
        if (token.isEmpty()) {
            return new HangUp.Refused(Reason.MALFORMED_TOKEN, null);
        }
        HangUp hangUp = client.hangUp(account.domain(), session, token.get(), deadlineNanos);
        if (hangUp instanceof HangUp.Refused(Reason reason, var _)) {
            refused(account, reason);
        }
        return hangUp;
    }

    @Override
    public HandOver handOver(Account account, String session, String to, int ringMs, long deadlineNanos) {
        return switchTo(account, session, Cxml.dial(to, ringMs), deadlineNanos);
    }

    @Override
    public HandOver join(Account account, String session, String room, long deadlineNanos) {
        return switchTo(account, session, Cxml.join(room), deadlineNanos);
    }

    @Override
    public Dial dial(Account account, Briefing briefing, long deadlineNanos) {
        Optional<Secret> token = token(account);
        Optional<URI> address = hooks.get();
        if (token.isEmpty() || address.isEmpty()) {
            return new Dial.Refused(address.isEmpty() ? Reason.NO_ADDRESS : Reason.MALFORMED_TOKEN, null);
        }
        Dial dial = client.dial(
                account.domain(), Cxml.call(briefing, CloudonixHooks.of(address.get(), briefing.ticket())), token.get(), deadlineNanos);
        if (dial instanceof Dial.Refused(Reason reason, var _)) {
            refused(account, reason);
        }
        return dial;
    }

    @Override
    public Leg look(Account account, String session, long deadlineNanos) {
        return token(account).map(token -> client.look(account.domain(), session, token, deadlineNanos)).orElseGet(Leg.Unknown::new);
    }

    private HandOver switchTo(Account account, String session, String body, long deadlineNanos) {
        Optional<Secret> token = token(account);
        if (token.isEmpty()) {
            return new HandOver.Refused(Reason.MALFORMED_TOKEN, null);
        }
        HandOver handOver = client.handOver(account.domain(), session, body, token.get(), deadlineNanos);
        if (handOver instanceof HandOver.Refused(Reason reason, var _)) {
            refused(account, reason);
        }
        return handOver;
    }

    private static Verdicts.Session notConfirmed(Account account, Enum<?> why) {
        log.atInfo()
                .addKeyValue("configuration", account.id())
                .addKeyValue("reason", why)
                .log("session not confirmed");
        return Verdicts.Session.NOT_CONFIRMED;
    }

    private Optional<Secret> token(Account account) {
        Envelope envelope = account.bearerToken();
        if (envelope == null) {
            return Optional.empty();
        }
        return switch (cipher.open(envelope, account.place())) {
            case Opened.Plain(Secret token) -> Optional.of(token);
            case Opened.UnknownKey(String keyId) -> cannotOpen(account, "unknown key");
            case Opened.Corrupt() -> cannotOpen(account, "corrupt");
        };
    }

    private static Optional<Secret> cannotOpen(Account account, String why) {
        log.atError()
                .addKeyValue("configuration", account.id())
                .addKeyValue("reason", why)
                .log("stored token does not open; is CREDENTIALS_KEY the one it was stored with?");
        return Optional.empty();
    }
}
