package io.agentstream.gateway.telephony.cloudonix;

import io.agentstream.gateway.telephony.InboundAudio;
import io.agentstream.gateway.telephony.PeerText;
import io.agentstream.gateway.telephony.ProviderMessage;
import io.agentstream.gateway.telephony.TelephonyProvider;
import io.agentstream.gateway.telephony.twilio.TwilioReader;
import io.agentstream.gateway.telephony.twilio.TwilioWriter;
import io.agentstream.schemas.DomainName;
import org.jspecify.annotations.Nullable;

/// Cloudonix: the message family of Twilio, where `accountSid` is the domain and `session` the name for the REST API.
public final class CloudonixProvider implements TelephonyProvider {

    @Override
    public String name() {
        return "cloudonix";
    }

    @Override
    public @Nullable String domain(String raw) {
        String name = PeerText.name(raw);
        if (name == null) {
            return null;
        }
        String domain = DomainName.normalise(name);
        return domain.isEmpty() ? null : domain;
    }

    @Override
    public ProviderMessage read(byte[] text, int from, int to, InboundAudio audio) {
        return TwilioReader.read(this, text, from, to, audio);
    }

    @Override
    public StreamWriter writer(String streamSid) {
        return new TwilioWriter(streamSid);
    }
}
