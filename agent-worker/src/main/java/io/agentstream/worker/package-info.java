/// The agent worker, put together: how it is started, and which parts it is made of.
@NullMarked
package io.agentstream.worker;

import org.jspecify.annotations.NullMarked;
