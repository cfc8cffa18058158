package flotilla.gateway;

import flotilla.protocol.Patience;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.util.ByteString;

/** When an answer that is given piece by piece is over: with its last piece, or when its client has gone. */
final class AnswerEnd {
    /** An answer of which nobody has begun to read by then is for a client who has gone. */
    private static final Duration UNREAD = Duration.ofMinutes(1);

    private AnswerEnd() {}

    /**
     * The same answer.
     *
     * @param end run once when it is over, by any thread; must not block
     */
    static HttpResponse told(HttpResponse response, Patience.Timer timer, Runnable end) {
        AtomicBoolean begun = new AtomicBoolean();
        AtomicBoolean over = new AtomicBoolean();
        Runnable once = () -> {
            if (over.compareAndSet(false, true)) {
                end.run();
            }
        };
        timer.after(UNREAD, () -> {
            if (!begun.get()) {
                once.run();
            }
        });
        return response.transformEntityDataBytes(Flow.<ByteString>create().watchTermination((none, ended) -> {
            begun.set(true);
            ended.whenComplete((done, failure) -> once.run());
            return none;
        }));
    }
}
