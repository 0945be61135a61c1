/// Tests of the doctor: each fault is planted, and its sentence asserted.
@NullMarked
package io.agentstream.cli.doctor;

import org.jspecify.annotations.NullMarked;
