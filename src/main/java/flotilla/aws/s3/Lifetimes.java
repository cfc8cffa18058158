package flotilla.aws.s3;

import flotilla.config.StorageSettings;
import java.time.Duration;

/**
 * How old objects may become. Let <i>I</i> and <i>R</i> be the lifetimes of inputs and results, and <i>M</i> the longest life of a
 * message, 15 days: SQS keeps one for 14 at most. Then what goes is older than
 *
 * <pre>
 * input, its result is final         I
 * input, it has no result            max(I, M)   no message asks for it any more
 * input, its result is provisional   never: a redrive may ask for it
 * result, final                      R
 * result, provisional                R + M       the last redrive is at R, and its message may live for M
 * request in quarantine              R           no redrive after that
 * attempts                           max(R, M)
 * idempotency key                    max(R, 1 day)
 * batch, unreadable message          R
 * callback told of a provisional one R + M
 * </pre>
 *
 * @param input <i>I</i>; zero for ever
 * @param result <i>R</i>; zero for ever
 */
record Lifetimes(Duration input, Duration result) {
    static final Duration MESSAGE = StorageSettings.LONGEST_MESSAGE;
    static final Duration SHORTEST_KEY = Duration.ofDays(1);

    static Lifetimes of(StorageSettings storage) {
        return new Lifetimes(storage.inputLifetime(), storage.resultLifetime());
    }

    boolean isOldOrphan(Duration age) {
        return isOver(age, input, MESSAGE);
    }

    boolean isOldResult(Duration age) {
        return isOver(age, result, Duration.ZERO);
    }

    boolean isOldProvisionalResult(Duration age) {
        return isOver(age, result, result.plus(MESSAGE));
    }

    boolean isOldAttempt(Duration age) {
        return isOver(age, result, MESSAGE);
    }

    boolean isOldKey(Duration age) {
        return isOver(age, result, SHORTEST_KEY);
    }

    private static boolean isOver(Duration age, Duration lifetime, Duration atLeast) {
        return !lifetime.isZero() && age.compareTo(lifetime) > 0 && age.compareTo(atLeast) > 0;
    }
}
