/// What the adapters of services share: connections, framing, retries, what a status means. Nothing here knows a vendor.
@NullMarked
package io.agentstream.worker.service.wire;

import org.jspecify.annotations.NullMarked;
