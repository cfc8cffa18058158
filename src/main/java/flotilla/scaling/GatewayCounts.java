package flotilla.scaling;

import flotilla.domain.GatewayId;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** What the gateways have counted of their images. Confined to one {@link FleetController}. */
final class GatewayCounts {
    /** A gateway that has said nothing for so long is idle or gone. */
    private static final Duration ANNOUNCED_FOR = Duration.ofMinutes(1);
    /** What one has counted is known for longer, so that nothing is counted twice when it speaks again. */
    private static final Duration COUNTED_FOR = Duration.ofHours(1);

    /** What a gateway said of its images, and when. */
    private record Announced(GatewayTally tally, Instant at) {}

    private final Map<GatewayId, Announced> announced = new HashMap<>();
    private Instant listeningAt = Instant.MIN;
    private long accepted;
    private long inherited;
    private long answered;

    /** A gateway tells what it has counted. */
    void announced(GatewayId gateway, GatewayTally told, Instant now) {
        listen(now);
        Optional<GatewayTally> before =
                Optional.ofNullable(announced.get(gateway)).map(Announced::tally);
        // Of a gateway that was not known, what it has not answered yet is all that matters.
        long baseline =
                before.map(GatewayTally::accepted).orElseGet(() -> Math.max(0, told.accepted() - told.unanswered()));
        if (told.accepted() >= baseline) {
            // A lower count is a message that was overtaken.
            accepted += told.accepted() - baseline;
            inherited += before.isEmpty() ? told.overdue() : 0;
            long answeredBefore = before.map(GatewayTally::answered).orElseGet(told::answered);
            long answeredNow = Math.max(answeredBefore, told.answered());
            answered += answeredNow - answeredBefore;
            announced.put(
                    gateway,
                    new Announced(
                            new GatewayTally(told.accepted(), told.unanswered(), told.overdue(), answeredNow), now));
        }
    }

    /** Who is silent is judged by this moment from now on. */
    void listen(Instant now) {
        listeningAt = now;
        announced.values().removeIf(known -> Duration.between(known.at(), now).compareTo(COUNTED_FOR) > 0);
    }

    private Stream<GatewayTally> speaking() {
        return announced.values().stream()
                .filter(known -> Duration.between(known.at(), listeningAt).compareTo(ANNOUNCED_FOR) <= 0)
                .map(Announced::tally);
    }

    /** Images without an answer, without those that are overdue, at all gateways that have spoken lately. */
    long unanswered() {
        return speaking().mapToLong(GatewayTally::unanswered).sum();
    }

    private long overdue() {
        return speaking().mapToLong(GatewayTally::overdue).sum();
    }

    /** What they count, all together. */
    Traffic traffic() {
        int gateways = (int) speaking().count();
        return new Traffic(accepted, inherited, unanswered(), overdue(), answered, gateways);
    }
}
