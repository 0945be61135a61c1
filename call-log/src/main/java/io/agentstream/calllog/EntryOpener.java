package io.agentstream.calllog;

import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallSecrets;
import io.agentstream.schemas.ConversationEvent;
import io.agentstream.schemas.FrameSeal;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.SealKey;
import io.agentstream.schemas.Sealing;
import io.agentstream.schemas.Sealing.Opened;
import io.agentstream.schemas.SocketCommand;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/// Opens what is sealed with a call's keys. One thread.
final class EntryOpener {

    private final @Nullable SealKey words;
    private final @Nullable FrameSeal media;

    EntryOpener(@Nullable CallSecrets secrets) {
        this.words = secrets == null ? null : secrets.words();
        SealKey heard = secrets == null ? null : secrets.media();
        this.media = heard == null ? null : new FrameSeal(heard, new SecureRandom());
    }

    /// @param number place among the numbered entries
    /// @param seq the call's own number of the record, 0 where it only knew the newest
    /// @param isOpen whether nothing of it is sealed any more
    record Read(CallEntry entry, long number, long seq, boolean isOpen) {}

    Read open(LogRecord record, Object value) {
        return switch (value) {
            case CallEvent event -> open(record, event);
            case MediaFrame frame -> {
                MediaFrame opened = open(frame);
                yield new Read(
                        new CallEntry.Media(record, opened == null ? frame : opened), frame.seq(), frame.seq(), opened != null);
            }
            case RunEvent event -> open(record, event);
            case ConversationEvent event -> open(record, event);
            case SocketCommand command -> {
                SocketCommand opened = open(command);
                yield new Read(new CallEntry.Command(record, opened == null ? command : opened), 0, 0, opened != null);
            }
            default -> throw new IllegalArgumentException(record.topic().name() + " is no topic of calls");
        };
    }

    private Read open(LogRecord record, CallEvent event) {
        CallEvent opened = words == null ? null : clear(Sealing.open(event, words));
        return new Read(
                new CallEntry.Lifecycle(record, opened == null ? event : opened), event.seq(), event.seq(),
                opened != null || !Sealing.isSealed(event));
    }

    private Read open(LogRecord record, RunEvent event) {
        if (!(event instanceof RunEvent.Running running)) {
            return new Read(new CallEntry.Decision(record, event), event.after(), 0, true);
        }
        RunEvent.Running opened = words == null ? null : clear(Sealing.open(running, words));
        return new Read(
                new CallEntry.Decision(record, opened == null ? running : opened), event.after(), 0,
                opened != null || running.sealed() == null);
    }

    private Read open(LogRecord record, ConversationEvent event) {
        ConversationEvent opened = words == null ? null : clear(Sealing.open(event, words));
        return new Read(
                new CallEntry.Conversation(record, opened == null ? event : opened), event.after(), 0,
                opened != null || !Sealing.isSealed(event));
    }

    /// Null where it cannot be opened.
    private @Nullable MediaFrame open(MediaFrame frame) {
        return switch (frame) {
            case MediaFrame.SealedAudio sealed -> media == null ? null : media.open(sealed);
            case MediaFrame.SealedDigit sealed -> media == null ? null : media.open(sealed);
            case MediaFrame.Audio _, MediaFrame.Digit _, MediaFrame.MarkReached _, MediaFrame.Played _, MediaFrame.Playing _,
                    MediaFrame.Silence _ -> frame;
        };
    }

    /// Null where it cannot be opened.
    private @Nullable SocketCommand open(SocketCommand command) {
        return switch (command) {
            case SocketCommand.SealedPlay sealed -> media == null ? null : media.open(sealed);
            case SocketCommand.Admit _, SocketCommand.Open _, SocketCommand.Play _, SocketCommand.Clear _, SocketCommand.Mark _,
                    SocketCommand.Finish _, SocketCommand.Close _ -> command;
        };
    }

    private static <V> @Nullable V clear(Opened<V> opened) {
        return switch (opened) {
            case Opened.Clear<V>(V value) -> value;
            case Opened.Foreign<V>() -> null;
        };
    }
}
