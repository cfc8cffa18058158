package flotilla.scaling;

/**
 * What the gateways count themselves, exactly and at once, where SQS's counters are approximate and late.
 *
 * @param accepted images accepted since the supervisor began to count; only grows
 * @param unanswered images accepted that have no answer yet
 * @param answered images answered since the supervisor began to count; only grows
 * @param gateways how many gateways these figures come from; with 0 there are no figures
 */
public record Traffic(long accepted, long unanswered, long answered, int gateways) {
    /** Of those who do not count answers: all that does not wait any more has one. */
    public Traffic(long accepted, long unanswered, int gateways) {
        this(accepted, unanswered, Math.max(0, accepted - unanswered), gateways);
    }

    /** No gateway has said anything. */
    public static Traffic unknown() {
        return new Traffic(0, 0, 0);
    }

    /** Whether there are figures. */
    public boolean isKnown() {
        return gateways > 0;
    }
}
