/// Whole calls on the whole system: a real broker, a real database, real sockets; only the provider is a stand-in.
@NullMarked
package io.agentstream.dev.e2e;

import org.jspecify.annotations.NullMarked;
