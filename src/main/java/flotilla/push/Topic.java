package flotilla.push;

import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;

/** A topic that messages are published to. */
public interface Topic {
    /**
     * Publishes a message; complete when the service has it.
     *
     * @param id the same when the same message is published again
     */
    CompletionStage<Done> publish(String id, Message message);
}
