@NullMarked
package io.agentstream.runtime.outbound;

import org.jspecify.annotations.NullMarked;
