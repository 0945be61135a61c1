package io.agentstream.dev.e2e;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.parallel.ResourceLock;

/// On a class that starts several processes and asks of them what they owe a caller in time: one of these at a time. Two of them have
/// more to do than two processors can, and then frames come late for no fault of ours.
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ResourceLock("the whole machine")
@Order(Turn.WHOLE_MACHINE)
@interface WholeMachine {}
