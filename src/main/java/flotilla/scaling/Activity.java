package flotilla.scaling;

/** What a worker says that it is doing. */
public enum Activity {
    /** Receives and classifies, or would if there were messages. */
    WORKING,
    /** Was asked to end: receives nothing more, finishes what is in hand. A cancelled drain goes back to work. */
    DRAINING,
    /** Has nothing in hand and will never receive again. There is no way back. */
    DRAINED,
    /**
     * Ends or pauses by its own decision, such as a shutdown, or because EC2 takes its machine back; it is no capacity and
     * nobody's victim.
     */
    LEAVING
}
