package io.agentstream.worker.service;

import java.util.List;
import java.util.Optional;

/// The vendors that a worker knows. Any thread.
public record Services(
        List<EarService> ears, List<BrainService> brains, List<MouthService> mouths, List<RealtimeService> realtimes) {

    public Services {
        ears = List.copyOf(ears);
        brains = List.copyOf(brains);
        mouths = List.copyOf(mouths);
        realtimes = List.copyOf(realtimes);
    }

    public Optional<EarService> ear(String name) {
        return ears.stream().filter(ear -> ear.name().equals(name)).findFirst();
    }

    public Optional<BrainService> brain(String name) {
        return brains.stream().filter(brain -> brain.name().equals(name)).findFirst();
    }

    public Optional<MouthService> mouth(String name) {
        return mouths.stream().filter(mouth -> mouth.name().equals(name)).findFirst();
    }

    public Optional<RealtimeService> realtime(String name) {
        return realtimes.stream().filter(realtime -> realtime.name().equals(name)).findFirst();
    }
}
