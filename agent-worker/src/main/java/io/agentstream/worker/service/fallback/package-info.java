/// Several services of a kind in a row: the next one is asked where one fails before anything of an answer was given.
@NullMarked
package io.agentstream.worker.service.fallback;

import org.jspecify.annotations.NullMarked;
