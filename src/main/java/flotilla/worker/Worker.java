package flotilla.worker;

import flotilla.domain.AppTierId;
import flotilla.protocol.WorkerCommand;
import flotilla.scaling.Activity;
import flotilla.scaling.MachineOutlook;
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
 * <p>Phases: {@code joining} (waits a moment for its app-tier id), {@code unheard} (no supervisor has acknowledged a report yet, so
 * that it may be taken for the process before it on its machine: receives nothing), {@code working}, {@code fenced} (the supervisor has
 * acknowledged no report for too long: receives nothing and has given back what is not begun, see {@link SelfFence}), {@code
 * draining} (asked to end; may be taken back), {@code ending} (asked to end by a terminate request that the {@link TerminateRequestTaker} took; no way back), {@code reclaimed} (EC2 takes the machine back; no
 * way back either), {@code drained} (no way back), {@code leaving}
 * (the process ends), {@code hung} (a classifier does not come back: the process ends by an error when the rest is done or
 * given back), {@code cut off} (the supervisor may soon take it for dead and something is in hand: that is given back and the process ends by
 * an error). It stops when a part of it died. It never touches a message itself. What is done in the phases without a way back to work
 * is the business of its {@link WorkerEnding}.
 */
public final class Worker {
    /** What the worker is told. */
    public interface Command {}

    /** The supervisor speaks. */
    record FromSupervisor(WorkerCommand command) implements Command {}

    /** There is a new link to the cluster; it wants to hear what this worker does. */
    record LinkUp(ActorRef<WorkerStatus> link) implements Command {}

    /** The process is about to end: receive nothing more, return what is not begun, finish the rest. */
    public record Leave(ActorRef<Done> replyTo) implements Command {}

    /**
     * EC2 has told what becomes of this machine.
     *
     * @param left until the machine ends, if it does
     */
    record Noticed(MachineOutlook outlook, Duration left) implements Command {}

    /** The taker has a terminate request, which this worker may accept or refuse. */
    record RequestTaken(long token) implements Command {}

    /** The terminate request is confirmed, and gone from its queue. */
    record RequestConfirmed() implements Command {}

    private record Start() implements Command {}

    private record Run() implements Command {}

    /** The pipeline's run of this number ended. */
    record PipelineEnded(int run, Throwable failure) implements Command {}

    /** The pause of this number is complete. */
    record Paused(int pause) implements Command {}

    /** A message's image was classified, or a message left this worker's hands. */
    record HandsChanged() implements Command {}

    /** Something without which no image can be answered has died. */
    record PartLost(String name) implements Command {}

    private record ReportTick() implements Command {}

    /** It is durable which images hung. */
    record Blamed(Throwable failure) implements Command {}

    /** What was still in hand is given back, or not. */
    record HandedBack(int messages, Throwable failure) implements Command {}

    /**
     * Times of the worker's life.
     *
     * @param joinWait how long to wait for an app-tier id before receiving without one, if the supervisor has been heard
     * @param selfFence how long to receive after the sending of the last report that the supervisor has acknowledged
     * @param fenceEnd how long to have anything in hand after that
     * @param restartBackoff wait before the pipeline is run again after it failed
     * @param hangAfter how long an image may be inside a classifier
     * @param grace how long images in hand may take when the process ends
     */
    public record Settings(
            Duration joinWait,
            Duration reportInterval,
            Duration selfFence,
            Duration fenceEnd,
            Duration restartBackoff,
            Duration hangAfter,
            Duration grace) {}

    /**
     * What the worker steers.
     *
     * @param taker looks for terminate requests; the system's ignoring reference when there are none
     * @param time by which images hang; the worker's reports tick it
     * @param onEnd ends the process, which a thread in native code would keep otherwise
     */
    record Parts(
            WorkerIdentity identity,
            Attempts attempts,
            Leases leases,
            HandBack handBack,
            ImagePipeline pipeline,
            ActorRef<ClassifierRouter.Command> router,
            ActorRef<TerminateRequestTaker.Command> taker,
            RunningTime time,
            Runnable onEnd) {}

    /** What others are told of a phase, and what a command has to know of it. */
    private enum Phase {
        UNHEARD(Activity.WORKING),
        RECEIVING(Activity.WORKING),
        FENCED(Activity.LEAVING),
        DRAINING(Activity.DRAINING),
        ENDING(Activity.DRAINING),
        RECLAIMED(Activity.LEAVING),
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
    private final Intake intake;
    private final SelfFence fence;
    private final Departure departure;
    private final WorkerEnding ending;
    private Optional<ActorRef<WorkerStatus>> link = Optional.empty();
    private MachineOutlook outlook = MachineOutlook.STAYS;
    private Phase phase = Phase.RECEIVING;
    private long epoch;

    /**
     * Creates a worker that is not linked to any cluster yet.
     *
     * @param parts makes what the worker steers, given the worker that wants to hear of released messages
     */
    static Behavior<Command> create(Settings settings, Function<ActorRef<Command>, Parts> parts) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            // Otherwise the first timer names it, after a class of Pekko.
            context.setLoggerName(Worker.class);
            Worker worker = new Worker(context, timers, settings, parts.apply(context.getSelf()));
            timers.startTimerWithFixedDelay(new ReportTick(), settings.reportInterval());
            timers.startSingleTimer(new Start(), settings.joinWait());
            return worker.joining();
        }));
    }

    private Worker(ActorContext<Command> context, TimerScheduler<Command> timers, Settings settings, Parts parts) {
        this.context = context;
        this.timers = timers;
        this.settings = settings;
        this.parts = parts;
        this.intake = new Intake(context, parts.pipeline());
        this.fence = new SelfFence(timers, settings.selfFence(), settings.fenceEnd());
        this.departure =
                new Departure(context, parts.attempts(), parts.leases(), parts.handBack(), settings.hangAfter());
        this.ending = new WorkerEnding(
                additions -> phase(additions.apply(common())), intake, parts.leases(), departure, parts.onEnd());
    }

    private Behavior<Command> joining() {
        return phase(common().onMessage(Start.class, start -> begin()));
    }

    private Behavior<Command> unheard() {
        phase = Phase.UNHEARD;
        return phase(common());
    }

    private Behavior<Command> working() {
        return phase(
                common().onMessage(Run.class, run -> receive()).onMessage(RequestTaken.class, this::onRequestTaken));
    }

    private Behavior<Command> fenced() {
        return phase(common());
    }

    private Behavior<Command> draining() {
        return phase(common().onMessage(Paused.class, this::onPaused)
                .onMessage(HandsChanged.class, changed -> drainedIfEmpty()));
    }

    private Behavior<Command> ending() {
        return phase(common().onMessage(Paused.class, this::onPaused)
                .onMessage(HandsChanged.class, changed -> drainedIfEmpty())
                .onMessage(RequestConfirmed.class, confirmed -> becomeDrained()));
    }

    private Behavior<Command> drained() {
        return phase(common());
    }

    /** What is understood in every phase; what a phase adds comes after. */
    private BehaviorBuilder<Command> common() {
        return Behaviors.receive(Command.class)
                .onMessage(FromSupervisor.class, this::onSupervisor)
                .onMessage(LinkUp.class, this::onLinkUp)
                .onMessage(Noticed.class, this::onNoticed)
                .onMessage(SelfFence.Due.class, this::onDue)
                .onMessage(SelfFence.Up.class, this::onUp)
                .onMessage(ReportTick.class, this::onReportTick)
                .onMessage(PipelineEnded.class, this::onPipelineEnded)
                .onMessage(PartLost.class, this::onPartLost)
                .onMessage(Leave.class, this::onLeave);
    }

    /** A phase; what it does not speak of means nothing to it. */
    private Behavior<Command> phase(BehaviorBuilder<Command> handlers) {
        return handlers.onMessage(HandsChanged.class, this::onHandsChanged)
                .onMessage(RequestTaken.class, this::onRequestTakenInVain)
                .onAnyMessage(ignored -> Behaviors.same())
                .build();
    }

    /** There is room for another message. */
    private Behavior<Command> onHandsChanged(HandsChanged changed) {
        intake.wake();
        parts.taker().tell(new TerminateRequestTaker.HandsChanged());
        return Behaviors.same();
    }

    private Behavior<Command> onSupervisor(FromSupervisor from) {
        WorkerCommand command = from.command();
        if (command instanceof WorkerCommand.Heard heard) {
            return onHeard(heard);
        }
        if (command instanceof WorkerCommand.Registered registered) {
            return onRegistered(registered);
        }
        if (command instanceof WorkerCommand.Drain drain) {
            return onDrain(drain);
        }
        if (command instanceof WorkerCommand.RequestsFrom requests) {
            parts.taker().tell(new TerminateRequestTaker.RequestsFrom(requests.token()));
            return Behaviors.same();
        }
        if (command instanceof WorkerCommand.WhoHas question) {
            parts.leases()
                    .find(question.id(), parts.identity().id())
                    .ifPresent(holder -> question.replyTo().tell(holder));
            return Behaviors.same();
        }
        return command instanceof WorkerCommand.CancelDrain cancel ? onCancelDrain(cancel) : Behaviors.same();
    }

    private Behavior<Command> onHeard(WorkerCommand.Heard heard) {
        fence.heard(heard.report());
        if (phase == Phase.UNHEARD) {
            return receive();
        }
        return phase == Phase.FENCED && !fence.isClosed() ? resume() : Behaviors.same();
    }

    private Behavior<Command> onRegistered(WorkerCommand.Registered registered) {
        parts.identity().told(registered.appTierId());
        if (timers.isTimerActive(new Start())) {
            timers.cancel(new Start());
            context.getSelf().tell(new Start());
        }
        return Behaviors.same();
    }

    /** Its app-tier id is there, or is not waited for any longer. */
    private Behavior<Command> begin() {
        if (mayReceive()) {
            return receive();
        }
        context.getLog().warn("no supervisor has acknowledged a report yet: receiving nothing until one does");
        return unheard();
    }

    /** Words of the supervisor are no acknowledgement: it may be ending this machine. One that it does not end may receive unheard. */
    private boolean mayReceive() {
        return !isEndedBySupervisor() || fence.isHeard();
    }

    private boolean isEndedBySupervisor() {
        return parts.identity().instance().isPresent();
    }

    private Behavior<Command> onDrain(WorkerCommand.Drain drain) {
        if (!mayBeAsked() || drain.epoch() <= epoch) {
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

    /** Whether it has not begun to end for good. */
    private boolean mayBeAsked() {
        return phase == Phase.UNHEARD || phase == Phase.RECEIVING || phase == Phase.FENCED || phase == Phase.DRAINING;
    }

    private Behavior<Command> onNoticed(Noticed noticed) {
        outlook = noticed.outlook();
        if (!outlook.ends() || !mayBeAsked()) {
            return report();
        }
        context.getLog()
                .warn(
                        "EC2 takes this machine back at={} inHand={}",
                        outlook.endsAt().orElseThrow(),
                        parts.leases().inHand());
        depart(Phase.RECLAIMED, WorkerEnding.grace(noticed.left(), settings.grace()));
        return ending.reclaimed(this::becomeDrained);
    }

    private Behavior<Command> onCancelDrain(WorkerCommand.CancelDrain cancel) {
        if (phase != Phase.DRAINING || cancel.epoch() != epoch) {
            return report();
        }
        context.getLog().info("drain cancelled epoch={}", epoch);
        // The supervisor may be heard by this worker and not hear it.
        if (fence.isClosed()) {
            return shutOff();
        }
        return mayReceive() ? resume() : unheard();
    }

    private Behavior<Command> onRequestTaken(RequestTaken taken) {
        parts.taker().tell(new TerminateRequestTaker.Accept());
        epoch = taken.token();
        context.getLog().info("ending token={} inHand={}", epoch, parts.leases().inHand());
        phase = Phase.ENDING;
        returnWhatIsNotBegun();
        pause();
        report();
        return ending();
    }

    private Behavior<Command> onRequestTakenInVain(RequestTaken taken) {
        parts.taker().tell(new TerminateRequestTaker.Refuse());
        return Behaviors.same();
    }

    private Behavior<Command> onPaused(Paused done) {
        intake.completed(done);
        return drainedIfEmpty();
    }

    private Behavior<Command> drainedIfEmpty() {
        if (!intake.isPaused() || parts.leases().inHand() > 0) {
            return Behaviors.same();
        }
        if (phase == Phase.ENDING) {
            parts.taker().tell(new TerminateRequestTaker.Drained());
            return Behaviors.same();
        }
        return becomeDrained();
    }

    private Behavior<Command> becomeDrained() {
        phase = Phase.DRAINED;
        context.getLog()
                .info("drained epoch={} images={}", epoch, parts.pipeline().answered());
        intake.stop();
        report();
        return drained();
    }

    private Behavior<Command> onLeave(Leave leave) {
        context.getLog().info("leaving inHand={}", parts.leases().held().size());
        depart(Phase.LEAVING, settings.grace());
        return ending.leaving(leave.replyTo());
    }

    private Behavior<Command> onReportTick(ReportTick tick) {
        parts.time().tick();
        if (phase == Phase.LEAVING || !departure.begunByAHang()) {
            return report();
        }
        depart(Phase.LEAVING, settings.grace());
        return ending.hung(false);
    }

    private void depart(Phase next, Duration grace) {
        phase = next;
        timers.cancel(new Start());
        timers.startSingleTimer(new WorkerEnding.GraceOver(), grace);
        parts.taker().tell(new TerminateRequestTaker.Refuse());
        returnWhatIsNotBegun();
        pause();
        report();
    }

    /** What waits for a classifier, and what a receive that is still under way brings. */
    private void returnWhatIsNotBegun() {
        parts.pipeline().returnNew();
        parts.router().tell(new ClassifierRouter.ReturnWaiting());
    }

    private Behavior<Command> onLinkUp(LinkUp up) {
        link = Optional.of(up.link());
        return report();
    }

    private Behavior<Command> onDue(SelfFence.Due due) {
        fence.due(due);
        if (fence.isClosed() && phase == Phase.DRAINING) {
            returnWhatIsNotBegun();
        }
        boolean open = phase == Phase.UNHEARD || phase == Phase.RECEIVING;
        return fence.isClosed() && open ? shutOff() : Behaviors.same();
    }

    /** What is in hand still was inside a classifier since the fence closed, or longer. Nobody ends one without an instance: it waits. */
    private Behavior<Command> onUp(SelfFence.Up up) {
        fence.up(up);
        if (!isEndedBySupervisor() || !fence.isTimeUp() || parts.leases().held().isEmpty() || phase == Phase.DRAINED) {
            return Behaviors.same();
        }
        if (phase == Phase.LEAVING || phase == Phase.RECLAIMED) {
            context.getSelf().tell(new WorkerEnding.GraceOver());
            return Behaviors.same();
        }
        context.getLog()
                .warn(
                        "the supervisor has acknowledged no report for {} and may take this worker for dead: it ends, and gives back"
                                + " inHand={}",
                        settings.fenceEnd(),
                        parts.leases().held().size());
        depart(Phase.LEAVING, settings.grace());
        return ending.cutOff();
    }

    private Behavior<Command> shutOff() {
        context.getLog()
                .warn(
                        "the supervisor has acknowledged no report for {}: receiving nothing until it does",
                        settings.selfFence());
        timers.cancel(new Start());
        phase = Phase.FENCED;
        returnWhatIsNotBegun();
        pause();
        report();
        return fenced();
    }

    private Behavior<Command> onPipelineEnded(PipelineEnded ended) {
        if (!intake.hasEnded(ended)) {
            return Behaviors.same();
        }
        parts.router().tell(new ClassifierRouter.ForgetWaiting());
        parts.leases().releaseAll();
        if (phase == Phase.RECEIVING) {
            String why =
                    ended.failure() == null ? "it completed" : ended.failure().getMessage();
            context.getLog().warn("the pipeline ended, running it again in {}: {}", settings.restartBackoff(), why);
            parts.taker().tell(new TerminateRequestTaker.Shut());
            timers.startSingleTimer(new Run(), settings.restartBackoff());
        } else {
            intake.completePause();
        }
        return Behaviors.same();
    }

    private Behavior<Command> onPartLost(PartLost lost) {
        context.getLog()
                .error(
                        "the {} died: this worker ends, and another one takes what it had in hand, {} messages",
                        lost.name(),
                        parts.leases().inHand());
        phase = Phase.LEAVING;
        pause();
        return ending.handingBack(() -> {
            // A classifier that hangs would keep the process.
            departure.forgive();
            parts.onEnd().run();
            return Behaviors.stopped();
        });
    }

    private Behavior<Command> receive() {
        phase = Phase.RECEIVING;
        parts.pipeline().takeNew();
        parts.router().tell(new ClassifierRouter.TakeAgain());
        parts.taker().tell(new TerminateRequestTaker.Open());
        if (intake.open()) {
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
        Behavior<Command> next = receive();
        report();
        return next;
    }

    private void pause() {
        timers.cancel(new Run());
        parts.taker().tell(new TerminateRequestTaker.Shut());
        intake.pause();
    }

    private Behavior<Command> report() {
        link.ifPresent(this::report);
        return Behaviors.same();
    }

    private void report(ActorRef<WorkerStatus> to) {
        long number = parts.identity().nextReport();
        fence.sent(number);
        to.tell(new WorkerStatus(
                number,
                phase.activity,
                epoch,
                parts.leases().busy(),
                parts.leases().inHand(),
                parts.pipeline().service(),
                outlook));
    }
}
