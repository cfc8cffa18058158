package flotilla.scaling;

/**
 * What a gateway has counted of its images since its start.
 *
 * @param accepted images that it accepted
 * @param unanswered those that have no answer yet, without those that are overdue
 * @param overdue those that have waited for so long that nobody may ever answer them
 * @param answered those that had their answer
 */
public record GatewayTally(long accepted, long unanswered, long overdue, long answered) {
    /** Of a gateway that does not count its answers: all that does not wait any more has one. */
    public static GatewayTally withoutAnswers(long accepted, long unanswered) {
        return new GatewayTally(accepted, unanswered, 0, Math.max(0, accepted - unanswered));
    }
}
