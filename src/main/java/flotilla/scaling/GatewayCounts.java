package flotilla.scaling;

import flotilla.domain.GatewayId;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/** What the gateways have counted of their images. Confined to one {@link FleetController}. */
final class GatewayCounts {
    /** A gateway that has said nothing for so long is idle or gone. */
    private static final Duration ANNOUNCED_FOR = Duration.ofMinutes(1);
    /** What one has counted is known for longer, so that nothing is counted twice when it speaks again. */
    private static final Duration COUNTED_FOR = Duration.ofHours(1);

    /** What a gateway said of its images, and when. */
    private record Announced(long accepted, long unanswered, long answered, Instant at) {}

    private final Map<GatewayId, Announced> announced = new HashMap<>();
    private Instant listeningAt = Instant.MIN;
    private long accepted;
    private long answered;

    /** A gateway tells what it has counted since its start. */
    void announced(GatewayId gateway, long acceptedThere, long unansweredThere, long answeredThere, Instant now) {
        listen(now);
        Announced before = announced.get(gateway);
        // Of a gateway that was not known, what it has not answered yet is all that matters.
        long baseline = before == null ? Math.max(0, acceptedThere - unansweredThere) : before.accepted();
        if (acceptedThere >= baseline) {
            // A lower count is a message that was overtaken.
            accepted += acceptedThere - baseline;
            long answeredBefore = before == null ? answeredThere : before.answered();
            answered += Math.max(0, answeredThere - answeredBefore);
            announced.put(
                    gateway,
                    new Announced(acceptedThere, unansweredThere, Math.max(answeredBefore, answeredThere), now));
        }
    }

    /** Who is silent is judged by this moment from now on. */
    void listen(Instant now) {
        listeningAt = now;
        announced.values().removeIf(known -> Duration.between(known.at(), now).compareTo(COUNTED_FOR) > 0);
    }

    private Stream<Announced> speaking() {
        return announced.values().stream()
                .filter(known -> Duration.between(known.at(), listeningAt).compareTo(ANNOUNCED_FOR) <= 0);
    }

    /** Images without an answer at all gateways that have spoken lately. */
    long unanswered() {
        return speaking().mapToLong(Announced::unanswered).sum();
    }

    /** What they count, all together. */
    Traffic traffic() {
        return new Traffic(accepted, unanswered(), answered, (int) speaking().count());
    }
}
