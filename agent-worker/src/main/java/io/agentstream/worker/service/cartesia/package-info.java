/// Cartesia's voices. Facts: its API reference of the text-to-speech WebSocket and of contexts, version 2026-03-01.
@NullMarked
package io.agentstream.worker.service.cartesia;

import org.jspecify.annotations.NullMarked;
