package io.agentstream.worker.service.wire;

import io.agentstream.audio.MuLaw;
import io.agentstream.schemas.Slice;
import io.agentstream.worker.service.Mouth;
import io.agentstream.worker.service.Mouth.Utterance;
import io.agentstream.worker.service.Patience;
import io.agentstream.worker.service.ServiceFailure;
import io.agentstream.worker.service.ServiceFailure.Silent;
import io.agentstream.worker.service.Spoken;
import io.agentstream.worker.service.TimedWord;
import io.agentstream.worker.service.Usage;
import io.agentstream.worker.service.wire.MouthDialect.Piece;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// One utterance of a [StreamingMouth]: what there is to say, how much of it was sent, and what came back.
final class StreamedUtterance implements Utterance {

    /// What may be told of the words beside the audio, by the length of the text, of which a number may be several: more is not told.
    private static final int WORDS_PER_CHARACTER = 2;
    private static final int LETTERS_PER_CHARACTER = 8;
    private static final int SPARE_WORDS = 64;

    private final String id;
    private final Gate<Spoken> gate;
    private final Patience patience;
    private final Wire wire;
    private final MouthDialect dialect;
    private final Runnable pump;
    private final StreamingMouth.Leave leave;
    /// Only the receiving thread.
    private final WordsOfLetters letters = new WordsOfLetters();
    private long wordsCame;
    private long lettersCame;

    /// Held for looking and changing, never while a listener or the mouth is called.
    private final ReentrantLock lock = new ReentrantLock();
    /// All below: under the lock.
    private final List<String> texts = new ArrayList<>();
    private int characters;
    private int sent;
    private boolean opened;
    private boolean ended;
    private boolean endSent;
    private boolean over;
    private int audioBytes;
    private @Nullable ScheduledFuture<?> limit;
    /// When all of it has to be there.
    private @Nullable ScheduledFuture<?> wholeLimit;

    StreamedUtterance(
            String id, Mouth.Listener listener, Patience patience, Wire wire, MouthDialect dialect, Runnable pump,
            StreamingMouth.Leave leave) {
        this.id = id;
        this.gate = new Gate<>(listener::on);
        this.patience = patience;
        this.wire = wire;
        this.dialect = dialect;
        this.pump = pump;
        this.leave = leave;
    }

    String id() {
        return id;
    }

    @Override
    public boolean say(String text) {
        lock.lock();
        try {
            if (ended || over || characters + text.length() > Mouth.MAX_TEXT_CHARACTERS) {
                return false;
            }
            if (text.isEmpty()) {
                return true;
            }
            texts.add(text);
            characters += text.length();
            if (audioBytes == 0 && limit == null) {
                arm(patience.connectMs() + patience.firstMs());
            }
        } finally {
            lock.unlock();
        }
        pump.run();
        return true;
    }

    @Override
    public void end() {
        boolean nothing;
        lock.lock();
        try {
            if (ended || over) {
                return;
            }
            ended = true;
            int wholeMs = patience.connectMs() + patience.wholeMs();
            wholeLimit = wire.after(wholeMs, () -> fail(new Silent(wholeMs)));
            nothing = texts.stream().allMatch(String::isBlank);
            if (audioBytes > 0) {
                arm(patience.silenceMs());
            }
        } finally {
            lock.unlock();
        }
        if (nothing) {
            finish(new Spoken.Done(usage()));
        } else {
            pump.run();
        }
    }

    @Override
    public void cancel() {
        gate.shut();
        leave(true);
    }

    @Override
    public Usage usage() {
        lock.lock();
        try {
            return Usage.spoken(characters, audioBytes / MuLaw.BYTES_PER_MS);
        } finally {
            lock.unlock();
        }
    }

    /// The messages that are due now. Called under the mouth's lock, which keeps their order.
    List<String> toSend() {
        lock.lock();
        try {
            List<String> messages = new ArrayList<>();
            if (over) {
                return messages;
            }
            if (!opened && !texts.isEmpty()) {
                opened = true;
                messages.addAll(dialect.open(id));
            }
            while (sent < texts.size()) {
                messages.add(dialect.say(id, texts.get(sent++)));
            }
            if (ended && opened && !endSent) {
                endSent = true;
                messages.addAll(dialect.end(id));
            }
            return messages;
        } finally {
            lock.unlock();
        }
    }

    boolean hasSomething() {
        lock.lock();
        try {
            return !over && !texts.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /// The connection is lost: all is to be said again.
    ///
    /// @return false where that would be heard twice
    boolean beginAgain() {
        lock.lock();
        try {
            opened = false;
            sent = 0;
            endSent = false;
            return audioBytes == 0;
        } finally {
            lock.unlock();
        }
    }

    /// What the service says of it. Only the receiving thread.
    void take(Piece piece) {
        switch (piece) {
            case Piece.Audio audio -> audio(audio.muLaw());
            case Piece.Words words -> {
                if (mayTell(words.words(), words.words().size())) {
                    words(words.words());
                }
            }
            case Piece.Letters some -> {
                if (mayTell(some.letters(), 0)) {
                    words(letters.add(since(some.letters())));
                }
            }
            case Piece.Done _ -> done();
            case Piece.Failed failed -> fail(failed.failure());
        }
    }

    private void done() {
        letters.finish().ifPresent(word -> gate.tell(new Spoken.Words(List.of(word))));
        if (isMute()) {
            leave(false); // the service is not at it any more
            gate.tellLast(new Spoken.Failed(Mouth.NO_AUDIO, usage()));
        } else {
            finish(new Spoken.Done(usage()));
        }
    }

    /// Whether nothing is to be heard of what was to be said.
    private boolean isMute() {
        lock.lock();
        try {
            return audioBytes == 0 && Mouth.sounds(String.join("", texts));
        } finally {
            lock.unlock();
        }
    }

    private void audio(byte[] muLaw) {
        if (muLaw.length == 0) {
            return;
        }
        boolean tooMuch;
        lock.lock();
        try {
            tooMuch = audioBytes + muLaw.length > Mouth.MAX_AUDIO_BYTES;
            audioBytes += muLaw.length;
            disarm();
            if (ended) {
                arm(patience.silenceMs());
            }
        } finally {
            lock.unlock();
        }
        if (tooMuch) {
            fail(new ServiceFailure.Broken("more audio than an utterance may have"));
        } else {
            gate.tell(new Spoken.Audio(Slice.of(muLaw)));
        }
    }

    /// Once it is too much, nothing more is told of them: the audio holds without.
    private boolean mayTell(List<TimedWord> some, int words) {
        wordsCame += words;
        lettersCame += some.stream().mapToLong(each -> each.text().length() + 1L).sum();
        int said;
        lock.lock();
        try {
            said = characters;
        } finally {
            lock.unlock();
        }
        return wordsCame <= (long) WORDS_PER_CHARACTER * said + SPARE_WORDS
                && lettersCame <= (long) LETTERS_PER_CHARACTER * (said + SPARE_WORDS);
    }

    private void words(List<TimedWord> words) {
        if (!words.isEmpty()) {
            gate.tell(new Spoken.Words(words));
        }
    }

    private List<TimedWord> since(List<TimedWord> some) {
        long offsetMs = dialect.timesCountFromTheirAudio() ? usage().audioMs() : 0;
        return some.stream()
                .map(letter -> new TimedWord(letter.text(), offsetMs + letter.startMs(), offsetMs + letter.endMs()))
                .toList();
    }

    void fail(ServiceFailure failure) {
        finish(new Spoken.Failed(failure, usage()));
    }

    private void finish(Spoken last) {
        leave(last instanceof Spoken.Failed);
        gate.tellLast(last);
    }

    /// @param stop whether the service may still be at it
    private void leave(boolean stop) {
        boolean tell;
        lock.lock();
        try {
            tell = stop && opened && !over;
            over = true;
            disarm();
            if (wholeLimit != null) {
                wholeLimit.cancel(false);
                wholeLimit = null;
            }
        } finally {
            lock.unlock();
        }
        leave.of(this, tell ? dialect.cancel(id) : List.of());
    }

    /// Under the lock.
    private void arm(int ms) {
        disarm();
        limit = wire.after(ms, () -> fail(new Silent(ms)));
    }

    private void disarm() {
        if (limit != null) {
            limit.cancel(false);
            limit = null;
        }
    }
}
