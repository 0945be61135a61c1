/// What the played services do by themselves, apart from their protocols.
@NullMarked
package io.agentstream.dev.simulator.services;

import org.jspecify.annotations.NullMarked;
