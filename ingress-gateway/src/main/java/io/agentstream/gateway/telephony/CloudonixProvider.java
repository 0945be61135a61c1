package io.agentstream.gateway.telephony;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Cloudonix: the message family of Twilio, where `accountSid` is the domain and `session` the name for the REST API.
public final class CloudonixProvider implements TelephonyProvider {

    private static final String OWN_DOMAIN = ".cloudonix.net";

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
        int end = name.length();
        while (end > 0 && name.charAt(end - 1) == '.') {
            end--;
        }
        String domain = name.substring(0, end).strip().toLowerCase(Locale.ROOT);
        if (domain.isEmpty()) {
            return null;
        }
        return domain.indexOf('.') >= 0 ? domain : domain + OWN_DOMAIN;
    }

    @Override
    public ProviderMessage read(byte[] text, int from, int to) {
        return TwilioReader.read(this, text, from, to);
    }

    @Override
    public boolean findAudio(byte[] text, int from, int to, AudioSpan found) {
        return TwilioAudioScanner.find(text, from, to, found);
    }

    @Override
    public StreamWriter writer(String streamSid) {
        return new TwilioWriter(streamSid);
    }
}
