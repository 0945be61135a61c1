/// How well it is found out when a caller's turn begins and ends: a labelled set of telephone audio, made here from nothing but a seed, and
/// the figures that this field uses.
@NullMarked
package io.agentstream.dev.bench.turns;

import org.jspecify.annotations.NullMarked;
