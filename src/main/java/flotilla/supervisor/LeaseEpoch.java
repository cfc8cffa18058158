package flotilla.supervisor;

import java.time.Duration;
import java.time.Instant;

/**
 * One epoch of the supervisor's lease. Epochs are numbered without gaps, each is written once and never changed, and the newest
 * one tells who may act.
 *
 * @param number from 1 on
 * @param holder who wrote it; no two contenders ever have the same name
 * @param term how long others must leave it alone, each by its own clock, from when they have first seen it
 * @param released whether the holder has laid the lease down, so that nobody needs to wait
 * @param writtenAt by the holder's clock, for people: nothing is decided by it
 */
public record LeaseEpoch(long number, String holder, Duration term, boolean released, Instant writtenAt) {
    /** What holders write, and what is waited for where an epoch cannot be read. */
    public static final Duration USUAL_TERM = Duration.ofSeconds(8);

    /** No holder that means well asks for more. */
    public static final Duration LONGEST_TERM = Duration.ofMinutes(10);
}
