package io.agentstream.audio;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The functions of libfvad, WebRTC's voice activity detector in C, from the library inside the `libfvad-jni` jar.
///
/// Its JNI layer is left out on purpose: it never releases the array of a frame (320 bytes lost for every 20 ms of
/// every call), and it keeps all detectors in one unguarded map, which two threads must not touch. The functions
/// below touch nothing but the instance they are given: one thread at a time per instance, any number of instances.
@SuppressWarnings("restricted")
record WebRtcLibrary(
        MethodHandle create, MethodHandle reset, MethodHandle setMode, MethodHandle setSampleRate,
        MethodHandle process, MethodHandle free) {

    private static final Logger LOG = LoggerFactory.getLogger(WebRtcLibrary.class);

    /// The functions, or null where the library does not run. Decided once and, if so, logged once.
    static final @Nullable WebRtcLibrary INSTANCE = find();

    private static @Nullable WebRtcLibrary find() {
        try {
            return load(resource(System.getProperty("os.name"), System.getProperty("os.arch")));
        } catch (IOException | RuntimeException | LinkageError unavailable) {
            LOG.warn("WebRTC voice activity detection does not run here, a simpler detector takes its place: {}",
                    unavailable.toString());
            return null;
        }
    }

    /// The library's place in the jar. Windows has none: that library gives out its JNI layer only.
    static String resource(String os, String arch) throws IOException {
        String system = os.toLowerCase(Locale.ROOT);
        String cpu = switch (arch) {
            case "amd64", "x86_64" -> "amd64";
            case "aarch64", "arm64" -> "arm64";
            default -> throw new IOException("no library for " + os + " on " + arch);
        };
        if (system.startsWith("linux")) {
            return "/debian-" + cpu + "/liblibfvad-jni.so";
        }
        if (system.startsWith("mac")) {
            return "/macos-" + cpu + "/liblibfvad-jni.dylib";
        }
        throw new IOException("no library for " + os + " on " + arch);
    }

    private static WebRtcLibrary load(String resource) throws IOException {
        Path copy = Files.createTempFile("agent-stream-vad", ".lib");
        try (InputStream in = WebRtcLibrary.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IOException("there is no " + resource + " on the class path");
            }
            Files.copy(in, copy, StandardCopyOption.REPLACE_EXISTING);
            return link(Linker.nativeLinker(), SymbolLookup.libraryLookup(copy, Arena.global()));
        } finally {
            // Once it is mapped the file needs no name.
            Files.deleteIfExists(copy);
        }
    }

    private static WebRtcLibrary link(Linker linker, SymbolLookup symbols) {
        var pointer = ValueLayout.ADDRESS;
        var number = ValueLayout.JAVA_INT;
        var size = ValueLayout.JAVA_LONG;
        // A frame takes some microseconds: short enough to let C read the Java array where it lies.
        Linker.Option heapFrames = Linker.Option.critical(true);
        return new WebRtcLibrary(
                linker.downcallHandle(symbols.findOrThrow("fvad_new"), FunctionDescriptor.of(pointer)),
                linker.downcallHandle(symbols.findOrThrow("fvad_reset"), FunctionDescriptor.ofVoid(pointer)),
                linker.downcallHandle(symbols.findOrThrow("fvad_set_mode"),
                        FunctionDescriptor.of(number, pointer, number)),
                linker.downcallHandle(symbols.findOrThrow("fvad_set_sample_rate"),
                        FunctionDescriptor.of(number, pointer, number)),
                linker.downcallHandle(symbols.findOrThrow("fvad_process"),
                        FunctionDescriptor.of(number, pointer, pointer, size), heapFrames),
                linker.downcallHandle(symbols.findOrThrow("fvad_free"), FunctionDescriptor.ofVoid(pointer)));
    }

    /// A new instance; it is to be given to `free` once, and to nothing afterwards.
    MemorySegment createInstance() {
        try {
            MemorySegment instance = (MemorySegment) create.invokeExact();
            if (instance.equals(MemorySegment.NULL)) {
                throw new IllegalStateException("no memory for a voice activity detector");
            }
            return instance;
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    /// Forgets all audio and sets how sure the detector must be, from 0 to 3.
    void resetInstance(MemorySegment instance, int mode) {
        try {
            reset.invokeExact(instance);
            if ((int) setMode.invokeExact(instance, mode) != 0
                    || (int) setSampleRate.invokeExact(instance, MuLaw.SAMPLE_RATE_HZ) != 0) {
                throw new IllegalArgumentException("a voice activity detector has no mode " + mode);
            }
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    /// Whether the 10, 20 or 30 ms of `frame` hold speech.
    boolean processFrame(MemorySegment instance, MemorySegment frame, long samples) {
        try {
            return (int) process.invokeExact(instance, frame, samples) == 1;
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    void freeInstance(MemorySegment instance) {
        try {
            free.invokeExact(instance);
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    /// A call into C declares every throwable, and throws none of its own.
    private static RuntimeException unexpected(Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        return failure instanceof RuntimeException runtime ? runtime : new IllegalStateException(failure);
    }
}
