/// Requests to addresses that tenants name: who may be reached, and how long and how much one may take.
///
/// Nothing here may log an address, follow a redirect, or connect to anything but what [io.agentstream.runtime.outbound.AddressGuard]
/// has let through.
@NullMarked
package io.agentstream.runtime.outbound;

import org.jspecify.annotations.NullMarked;
