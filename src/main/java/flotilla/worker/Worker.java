package flotilla.worker;

import flotilla.domain.AppTierId;
import flotilla.protocol.ReceiveControl;
import flotilla.protocol.WorkerCommand;
import flotilla.scaling.Activity;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.BehaviorBuilder;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * The life of one worker: it decides when the {@link ImagePipeline} receives and when it does not, and tells what it does.
 *
 * <p>Phases: {@code joining} (waits a moment for its app-tier id), {@code working}, {@code fenced} (no gateway in sight for
 * too long: receives nothing), {@code draining} (asked to end; may be taken back), {@code drained} (no way back), {@code
 * leaving} (the process ends). It never touches a message itself.
 */
public final class Worker {
    /** What the worker is told. */
    public interface Command {}

    /** The supervisor speaks. */
    record FromSupervisor(WorkerCommand command) implements Command {}

    /** There is a new link to the cluster; it wants to hear what this worker does. */
    record LinkUp(ActorRef<WorkerStatus> link) implements Command {}

    /** Whether a gateway is in sight. */
    record GatewayInSight(boolean inSight) implements Command {}

    /** The process is about to end: receive nothing more, return what is not begun, finish the rest. */
    public record Leave(ActorRef<Done> replyTo) implements Command {}

    private record Start() implements Command {}

    private record Run() implements Command {}

    private record PipelineEnded(int run, Throwable failure) implements Command {}

    private record Paused(int pause) implements Command {}

    /** A message left this worker's hands. */
    record HandsChanged() implements Command {}

    private record ReportTick() implements Command {}

    private record Fence() implements Command {}

    /**
     * Times of the worker's life.
     *
     * @param joinWait how long to wait for an app-tier id before receiving without one
     * @param restartBackoff wait before the pipeline is run again after it failed
     */
    public record Settings(Duration joinWait, Duration reportInterval, Duration selfFence, Duration restartBackoff) {}

    /** What the worker steers. */
    record Parts(WorkerIdentity identity, Leases leases, ImagePipeline pipeline, Runnable returnWaiting) {}

    /** What others are told of a phase, and what a command has to know of it. */
    private enum Phase {
        RECEIVING(Activity.WORKING),
        FENCED(Activity.LEAVING),
        DRAINING(Activity.DRAINING),
        DRAINED(Activity.DRAINED),
        LEAVING(Activity.LEAVING);

        private final Activity activity;

        Phase(Activity activity) {
            this.activity = activity;
        }
    }

    private final ActorContext<Command> context;
    private final TimerScheduler<Command> timers;
    private final Settings settings;
    private final Parts parts;
    private Optional<ReceiveControl> control = Optional.empty();
    private Optional<ActorRef<WorkerStatus>> link = Optional.empty();
    private Phase phase = Phase.RECEIVING;
    private long epoch;
    private int runs;
    private int pauses;
    private boolean receivePaused;

    /**
     * Creates a worker that is not linked to any cluster yet.
     *
     * @param parts makes what the worker steers, given the worker that wants to hear of released messages
     */
    static Behavior<Command> create(Settings settings, Function<ActorRef<Command>, Parts> parts) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            Worker worker = new Worker(context, timers, settings, parts.apply(context.getSelf()));
            timers.startTimerWithFixedDelay(new ReportTick(), settings.reportInterval());
            timers.startSingleTimer(new Start(), settings.joinWait());
            timers.startSingleTimer(new Fence(), settings.selfFence());
            return worker.joining();
        }));
    }

    private Worker(ActorContext<Command> context, TimerScheduler<Command> timers, Settings settings, Parts parts) {
        this.context = context;
        this.timers = timers;
        this.settings = settings;
        this.parts = parts;
    }

    private Behavior<Command> joining() {
        return phase(common().onMessage(Start.class, start -> receive()).onMessage(Fence.class, this::onFence));
    }

    private Behavior<Command> working() {
        return phase(common().onMessage(Run.class, run -> receive()).onMessage(Fence.class, this::onFence));
    }

    private Behavior<Command> fenced() {
        return phase(common());
    }

    private Behavior<Command> draining() {
        return phase(common().onMessage(Paused.class, this::onPaused)
                .onMessage(HandsChanged.class, changed -> drainedIfEmpty()));
    }

    private Behavior<Command> drained() {
        return phase(common());
    }

    private Behavior<Command> leaving(ActorRef<Done> replyTo) {
        return phase(common().onMessage(Paused.class, done -> {
                    receivePaused |= done.pause() == pauses;
                    return leftIfEmpty(replyTo);
                })
                .onMessage(HandsChanged.class, changed -> leftIfEmpty(replyTo)));
    }

    /** What is understood in every phase; what a phase adds comes after. */
    private BehaviorBuilder<Command> common() {
        return Behaviors.receive(Command.class)
                .onMessage(FromSupervisor.class, this::onSupervisor)
                .onMessage(LinkUp.class, this::onLinkUp)
                .onMessage(GatewayInSight.class, this::onGatewayInSight)
                .onMessage(ReportTick.class, tick -> report())
                .onMessage(PipelineEnded.class, this::onPipelineEnded)
                .onMessage(Leave.class, this::onLeave);
    }

    /** A phase; what it does not speak of means nothing to it. */
    private Behavior<Command> phase(BehaviorBuilder<Command> handlers) {
        return handlers.onMessage(HandsChanged.class, this::onHandsChanged)
                .onAnyMessage(ignored -> Behaviors.same())
                .build();
    }

    /** There is room for another message. */
    private Behavior<Command> onHandsChanged(HandsChanged changed) {
        control.ifPresent(ReceiveControl::wake);
        return Behaviors.same();
    }

    private Behavior<Command> onSupervisor(FromSupervisor from) {
        WorkerCommand command = from.command();
        if (command instanceof WorkerCommand.Registered registered) {
            return onRegistered(registered);
        }
        if (command instanceof WorkerCommand.Drain drain) {
            return onDrain(drain);
        }
        return command instanceof WorkerCommand.CancelDrain cancel ? onCancelDrain(cancel) : Behaviors.same();
    }

    private Behavior<Command> onRegistered(WorkerCommand.Registered registered) {
        parts.identity().told(registered.appTierId());
        if (timers.isTimerActive(new Start())) {
            timers.cancel(new Start());
            context.getSelf().tell(new Start());
        }
        return Behaviors.same();
    }

    private Behavior<Command> onDrain(WorkerCommand.Drain drain) {
        boolean open = phase == Phase.RECEIVING || phase == Phase.FENCED || phase == Phase.DRAINING;
        if (!open || drain.epoch() <= epoch) {
            return report();
        }
        epoch = drain.epoch();
        if (phase == Phase.DRAINING) {
            return report();
        }
        timers.cancel(new Start());
        context.getLog()
                .info("draining epoch={} inHand={}", epoch, parts.leases().inHand());
        phase = Phase.DRAINING;
        pause();
        report();
        return draining();
    }

    private Behavior<Command> onCancelDrain(WorkerCommand.CancelDrain cancel) {
        if (phase != Phase.DRAINING || cancel.epoch() != epoch) {
            return report();
        }
        context.getLog().info("drain cancelled epoch={}", epoch);
        return resume();
    }

    private Behavior<Command> onPaused(Paused done) {
        receivePaused |= done.pause() == pauses;
        return drainedIfEmpty();
    }

    private Behavior<Command> drainedIfEmpty() {
        if (!receivePaused || parts.leases().inHand() > 0) {
            return Behaviors.same();
        }
        phase = Phase.DRAINED;
        context.getLog()
                .info("drained epoch={} images={}", epoch, parts.pipeline().answered());
        control.ifPresent(ReceiveControl::stop);
        report();
        return drained();
    }

    private Behavior<Command> onLeave(Leave leave) {
        context.getLog().info("leaving inHand={}", parts.leases().inHand());
        phase = Phase.LEAVING;
        parts.returnWaiting().run();
        pause();
        report();
        return leaving(leave.replyTo());
    }

    private Behavior<Command> leftIfEmpty(ActorRef<Done> replyTo) {
        if (receivePaused && parts.leases().inHand() == 0) {
            replyTo.tell(Done.getInstance());
        }
        return Behaviors.same();
    }

    private Behavior<Command> onLinkUp(LinkUp up) {
        link = Optional.of(up.link());
        return report();
    }

    private Behavior<Command> onGatewayInSight(GatewayInSight sight) {
        if (!sight.inSight()) {
            if (!timers.isTimerActive(new Fence())) {
                timers.startSingleTimer(new Fence(), settings.selfFence());
            }
            return Behaviors.same();
        }
        timers.cancel(new Fence());
        return phase == Phase.FENCED ? resume() : Behaviors.same();
    }

    private Behavior<Command> onFence(Fence fence) {
        context.getLog().warn("no gateway in sight for {}: receiving nothing until there is one", settings.selfFence());
        timers.cancel(new Start());
        phase = Phase.FENCED;
        pause();
        report();
        return fenced();
    }

    private Behavior<Command> onPipelineEnded(PipelineEnded ended) {
        if (ended.run() != runs) {
            return Behaviors.same();
        }
        control = Optional.empty();
        parts.leases().releaseAll();
        if (phase == Phase.RECEIVING) {
            String why =
                    ended.failure() == null ? "it completed" : ended.failure().getMessage();
            context.getLog().warn("the pipeline ended, running it again in {}: {}", settings.restartBackoff(), why);
            timers.startSingleTimer(new Run(), settings.restartBackoff());
        } else {
            context.getSelf().tell(new Paused(pauses));
        }
        return Behaviors.same();
    }

    /** Runs the pipeline, or lets a paused one receive again. */
    private Behavior<Command> receive() {
        phase = Phase.RECEIVING;
        if (control.isPresent()) {
            control.get().resume();
        } else {
            ImagePipeline.Running running = parts.pipeline().run();
            int run = ++runs;
            control = Optional.of(running.control());
            context.pipeToSelf(running.completion(), (done, failure) -> new PipelineEnded(run, failure));
            context.getLog()
                    .info(
                            "receiving as worker={} appTierId={}",
                            parts.identity().id(),
                            parts.identity()
                                    .appTierId()
                                    .map(AppTierId::toString)
                                    .orElse("-"));
        }
        return working();
    }

    private Behavior<Command> resume() {
        receivePaused = false;
        Behavior<Command> next = receive();
        report();
        return next;
    }

    /** Stops receiving; {@link Paused} with the number of this pause follows when nothing more can arrive. */
    private void pause() {
        receivePaused = false;
        int pause = ++pauses;
        timers.cancel(new Run());
        if (control.isEmpty()) {
            context.getSelf().tell(new Paused(pause));
        } else {
            context.pipeToSelf(control.get().pause(), (done, failure) -> new Paused(pause));
        }
    }

    private Behavior<Command> report() {
        link.ifPresent(ref -> ref.tell(new WorkerStatus(
                phase.activity,
                epoch,
                parts.leases().busy(),
                parts.leases().inHand(),
                parts.pipeline().service())));
        return Behaviors.same();
    }
}
