package io.agentstream.dev.e2e;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.parallel.ResourceLock;

/// On a class that starts systems for itself: one of these at a time, beside one that wants the [WholeMachine], one that kills processes and
/// those of the shared system.
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ResourceLock("a system of its own")
@Order(Turn.OWN_SYSTEM)
@interface OwnSystem {}
