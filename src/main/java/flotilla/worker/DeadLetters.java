package flotilla.worker;

import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;

/** Where a message goes that no worker should take any more: the dead-letter queue of the request queue. */
public interface DeadLetters {
    /** Sends a message; complete when it is durable. */
    CompletionStage<Done> send(String body);
}
