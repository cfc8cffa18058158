package flotilla.scaling;

/**
 * What the gateways count themselves, exactly and at once, where SQS's counters are approximate and late. An image that has waited
 * for a quarter of an hour is overdue. It may still have its message, or have lost it and wait in vain; so nothing is planned for
 * it but by SQS's count, and the fleet is never held up for images that nobody will answer.
 *
 * @param accepted images accepted since the supervisor began to count, with those that had no answer then; only grows
 * @param inherited images that were overdue when the supervisor began to count: accepted, too, but no arrivals; only grows
 * @param unanswered images accepted that have no answer yet, without those that are overdue
 * @param overdue images accepted that have no answer yet and are overdue
 * @param answered images answered since the supervisor began to count; only grows
 * @param gateways how many gateways these figures come from; with 0 there are no figures
 */
public record Traffic(long accepted, long inherited, long unanswered, long overdue, long answered, int gateways) {
    /** Of those who do not count answers: all that does not wait any more has one. */
    public Traffic(long accepted, long unanswered, int gateways) {
        this(accepted, 0, unanswered, 0, Math.max(0, accepted - unanswered), gateways);
    }

    /** No gateway has said anything. */
    public static Traffic unknown() {
        return new Traffic(0, 0, 0);
    }

    /** Whether there are figures. */
    public boolean isKnown() {
        return gateways > 0;
    }

    /**
     * By how many messages a queue holds more than these images need, or below zero fewer. Those that are overdue may have a message
     * or none, and make no difference either way.
     */
    public long difference(long messages) {
        return Math.max(0, messages - unanswered - overdue) + Math.min(0, messages - unanswered);
    }
}
