/// The framing of RFC 6455, server side: bytes in, messages out, and back.
///
/// Nothing here may open a socket, read a clock or know what a call is.
@NullMarked
package io.agentstream.gateway.websocket;

import org.jspecify.annotations.NullMarked;
