/// Outside services, played: they speak the protocols of speech, language and voice services over real sockets, with the awkward sides that
/// those have. What they understand and say is made up; how they say it is not.
@NullMarked
package io.agentstream.dev.simulator.services;

import org.jspecify.annotations.NullMarked;
