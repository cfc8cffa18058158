package flotilla.gateway;

import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.SharedKillSwitch;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/** The answers that are sent event by event and have no end of their own. Safe for all threads. */
final class OpenStreams {
    private final SharedKillSwitch open = KillSwitches.shared("event-streams");

    /** A stream that has no end of its own: it ends when all are closed. */
    Source<ByteString, NotUsed> endless(Source<ByteString, NotUsed> stream) {
        return stream.via(open.flow());
    }

    /** Ends every endless stream in good order. Those that are opened later end at once. */
    void close() {
        open.shutdown();
    }
}
