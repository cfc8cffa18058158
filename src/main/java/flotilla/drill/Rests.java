package flotilla.drill;

/**
 * When a system gets a rest from faults: it has answered nothing while several processes were killed, though images wait. Otherwise, on a
 * machine that starts processes more slowly than they are killed, kills would meet only what has not begun yet.
 */
final class Rests {
    private static final int KILLS_IN_VAIN = 3;

    private int answered;
    private int killsThen;

    /**
     * Whether a rest is due, until there is an answer. One that has been begun is not due again before as many kills more.
     *
     * @param kills so far
     * @param answeredNow images with an answer
     * @param released images that clients were allowed
     */
    boolean isDue(int kills, int answeredNow, int released) {
        if (answeredNow > answered) {
            answered = answeredNow;
            killsThen = kills;
        }
        boolean due = released > answered && kills - killsThen >= KILLS_IN_VAIN;
        if (due) {
            killsThen = kills;
        }
        return due;
    }
}
