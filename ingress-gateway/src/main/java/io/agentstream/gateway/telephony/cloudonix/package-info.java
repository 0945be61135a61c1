/// Cloudonix: the dialect of Twilio with its own words for accounts and sessions.
@NullMarked
package io.agentstream.gateway.telephony.cloudonix;

import org.jspecify.annotations.NullMarked;
