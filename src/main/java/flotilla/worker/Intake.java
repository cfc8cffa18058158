package flotilla.worker;

import flotilla.protocol.ReceiveControl;
import java.util.Optional;
import org.apache.pekko.actor.typed.javadsl.ActorContext;

/**
 * The tap of a worker: runs its {@link ImagePipeline}, stops it from receiving and lets it receive again. What comes of that
 * it tells the worker as {@link Worker.Paused} and {@link Worker.PipelineEnded}. Confined to the worker's actor.
 */
final class Intake {
    private final ActorContext<Worker.Command> context;
    private final ImagePipeline pipeline;
    private Optional<ReceiveControl> control = Optional.empty();
    private int runs;
    private int pauses;
    private boolean paused;

    Intake(ActorContext<Worker.Command> context, ImagePipeline pipeline) {
        this.context = context;
        this.pipeline = pipeline;
    }

    /** Runs the pipeline, or lets a paused one receive again; true when it was run. */
    boolean open() {
        paused = false;
        pipeline.regainPatience();
        if (control.isPresent()) {
            control.get().resume();
            return false;
        }
        ImagePipeline.Running running = pipeline.run();
        int run = ++runs;
        control = Optional.of(running.control());
        context.pipeToSelf(running.completion(), (done, failure) -> new Worker.PipelineEnded(run, failure));
        return true;
    }

    /**
     * Stops receiving, and has patience no more: who pauses wants to be rid of what is in hand. {@link Worker.Paused} with the number of this pause follows when
     * nothing more can arrive.
     */
    void pause() {
        paused = false;
        pipeline.losePatience();
        int pause = ++pauses;
        if (control.isEmpty()) {
            context.getSelf().tell(new Worker.Paused(pause));
        } else {
            context.pipeToSelf(control.get().pause(), (done, failure) -> new Worker.Paused(pause));
        }
    }

    /** A pause is complete; one that was resumed since does not matter. */
    void completed(Worker.Paused done) {
        paused |= done.pause() == pauses;
    }

    /** Whether nothing more can arrive. */
    boolean isPaused() {
        return paused;
    }

    /** There may be room for another message. */
    void wake() {
        control.ifPresent(ReceiveControl::wake);
    }

    /** Receives nothing more for good. */
    void stop() {
        control.ifPresent(ReceiveControl::stop);
    }

    /** Whether the pipeline that runs now has ended; one that was replaced does not matter. */
    boolean hasEnded(Worker.PipelineEnded ended) {
        if (ended.run() != runs) {
            return false;
        }
        control = Optional.empty();
        return true;
    }

    /** With the pipeline gone nothing more can arrive: completes the pause that waits for it. */
    void completePause() {
        context.getSelf().tell(new Worker.Paused(pauses));
    }
}
