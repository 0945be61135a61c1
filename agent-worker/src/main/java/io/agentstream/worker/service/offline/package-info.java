/// What needs no service: the voice that speaks within the process.
@NullMarked
package io.agentstream.worker.service.offline;

import org.jspecify.annotations.NullMarked;
