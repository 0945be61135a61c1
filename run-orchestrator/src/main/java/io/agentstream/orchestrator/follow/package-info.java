/// What happens in runs, given to whoever follows it while it happens. Knows the store, and neither who decides nor how it is sent.
@NullMarked
package io.agentstream.orchestrator.follow;

import org.jspecify.annotations.NullMarked;
