package flotilla.load;

import java.util.concurrent.CompletableFuture;

/** Whoever carries an image to the server and its answer back. */
interface Caller {
    /**
     * Sends an image and waits for its answer, without a thread. Trouble is a reply too; cancelling the future gives up.
     */
    CompletableFuture<Reply> call(LoadImage image);
}
