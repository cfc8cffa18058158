package flotilla.testing;

/**
 * How many seeds a test runs: what {@code -Dflotilla.seeds=N} says, or else its usual number, of which {@code ./flotilla test
 * --fast} ({@code -Dflotilla.fast=true}) takes a part.
 */
public final class Seeds {
    private Seeds() {}

    /** @param fast in the inner loop */
    public static int count(int usual, int fast) {
        return Integer.getInteger("flotilla.seeds", Boolean.getBoolean("flotilla.fast") ? fast : usual);
    }
}
