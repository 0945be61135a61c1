package io.agentstream.calllog.audio;

import io.agentstream.calllog.CallSource;
import io.agentstream.calllog.LogRecord;
import io.agentstream.schemas.Codec.Decoded;
import io.agentstream.schemas.FrameSeal;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.SealKey;
import io.agentstream.schemas.SocketCommand;
import io.agentstream.schemas.Topic;
import io.agentstream.schemas.Topics;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A call's frames and commands as they come out of its log: opened with the call's key, without what cannot be read. What a gateway could
/// not open it did not take either. One thread; whoever opens it closes it.
public final class CallFeeds implements AutoCloseable {

    private static final SecureRandom RANDOM = new SecureRandom();

    private final CallSource.Records media;
    private final CallSource.Records orders;
    private final @Nullable FrameSeal seal;

    private CallFeeds(CallSource.Records media, CallSource.Records orders, @Nullable SealKey key) {
        this.media = media;
        this.orders = orders;
        this.seal = key == null ? null : new FrameSeal(key, RANDOM);
    }

    /// @param key of what is heard; null where nothing is sealed
    /// @throws IOException where the log cannot be read, in a sentence
    public static CallFeeds open(CallSource source, @Nullable SealKey key) throws IOException {
        CallSource.Records media = source.open(Topics.CALL_MEDIA);
        try {
            return new CallFeeds(media, source.open(Topics.SOCKET_COMMANDS), key);
        } catch (IOException | RuntimeException failure) {
            media.close();
            throw failure;
        }
    }

    public Feed<MediaFrame> frames() {
        return () -> read(media, Topics.CALL_MEDIA, this::open);
    }

    public Feed<SocketCommand> commands() {
        return () -> read(orders, Topics.SOCKET_COMMANDS, this::open);
    }

    private static <T> @Nullable T read(CallSource.Records records, Topic<T> topic, Function<T, @Nullable T> opener) throws IOException {
        LogRecord record;
        while ((record = records.next()) != null) {
            if (topic.codec().decode(record.bytes()) instanceof Decoded.Value<T>(T value)) {
                T opened = opener.apply(value);
                if (opened != null) {
                    return opened;
                }
            }
        }
        return null;
    }

    private @Nullable MediaFrame open(MediaFrame frame) {
        return frame instanceof MediaFrame.SealedAudio sealed ? seal == null ? null : seal.open(sealed) : frame;
    }

    private @Nullable SocketCommand open(SocketCommand command) {
        return command instanceof SocketCommand.SealedPlay sealed ? seal == null ? null : seal.open(sealed) : command;
    }

    @Override
    public void close() {
        try (media) {
            orders.close();
        }
    }
}
