package io.agentstream.runtime.outbound;

import java.net.UnknownHostException;

/// A name leads to nothing but addresses that nobody may be sent to. An [UnknownHostException], because that is what it means to
/// whoever wanted to connect. The message does not quote the name.
public final class AddressRefusedException extends UnknownHostException {
    private static final long serialVersionUID = 1L;

    AddressRefusedException() {
        super("the name leads to addresses that may not be reached from here");
    }
}
