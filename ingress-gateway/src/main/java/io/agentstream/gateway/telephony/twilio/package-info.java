/// The message family of Twilio's media streams, for the providers that speak it: one way in to read and one to write.
@NullMarked
package io.agentstream.gateway.telephony.twilio;

import org.jspecify.annotations.NullMarked;
