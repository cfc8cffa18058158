package flotilla.push;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Brings messages to receivers. */
@FunctionalInterface
interface Carrier {
    /** What came of one attempt. */
    sealed interface Attempt {
        /** The receiver has it. */
        record Taken() implements Attempt {}

        /** The receiver is gone for good and wants no more of it. */
        record Gone() implements Attempt {}

        /**
         * The receiver may not have it.
         *
         * @param why in one line
         * @param retryAfter how long the receiver asks to be left alone
         */
        record Failed(String why, Optional<Duration> retryAfter) implements Attempt {
            Failed(String why) {
                this(why, Optional.empty());
            }
        }
    }

    /** Makes one attempt; the stage may fail, which is an attempt in vain too. */
    CompletionStage<Attempt> carry(Wish wish, Message message);
}
