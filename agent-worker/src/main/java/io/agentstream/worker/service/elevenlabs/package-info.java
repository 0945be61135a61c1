/// ElevenLabs' voices. Facts: its API reference of the multi-context WebSocket.
@NullMarked
package io.agentstream.worker.service.elevenlabs;

import org.jspecify.annotations.NullMarked;
