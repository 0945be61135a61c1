/// The composition of the ingress gateway: its parts are put together here, and nothing else is done.
@NullMarked
package io.agentstream.gateway;

import org.jspecify.annotations.NullMarked;
