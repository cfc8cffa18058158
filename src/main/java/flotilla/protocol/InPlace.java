package flotilla.protocol;

import java.util.concurrent.CompletionStage;

/**
 * Takes the detour out of Pekko's stages. A stage that Pekko makes from a Scala future (a stream's result, an ask) runs
 * whatever is chained to it on the common pool, which is a change of threads for each step. The stage returned here runs it
 * where the future is completed, which is the dispatcher of the actor system; so what is chained must not block.
 */
public final class InPlace {
    private InPlace() {}

    /** The same result, of which is told on the thread that has it. */
    public static <T> CompletionStage<T> of(CompletionStage<T> stage) {
        return stage.toCompletableFuture().copy();
    }
}
