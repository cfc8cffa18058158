package flotilla.worker;

import flotilla.domain.Outcome;
import flotilla.domain.RequestId;
import flotilla.protocol.ClassifierFactory;
import flotilla.protocol.EncodedImage;
import flotilla.worker.WaitingImages.Job;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.ChildFailed;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.Terminated;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;

/**
 * Hands images to a fixed number of {@link Classifier}s, the longest waiting first, several in one run where the {@link
 * BatchSizer} says that this pays. The images of a run that breaks are tried again alone; a suspect is alone in the whole
 * process, so that only it can be blamed, and those behind it wait. Its line is short because its only
 * asker, the {@link ImagePipeline}, holds few messages. It never touches an image itself.
 *
 * <p>A classifier that dies is replaced. When {@value #HOPELESS} replacements for each have failed and none has answered, or a
 * classifier keeps an image that it never began, the router ends: another process may do better.
 */
final class ClassifierRouter extends AbstractBehavior<ClassifierRouter.Command> {
    /** What the router is told. */
    sealed interface Command
            permits Classify, Forget, ForgetWaiting, ReturnWaiting, TakeAgain, FromClassifier, MayEnter, Replace {}

    /** What is done around a suspect's time inside; neither blocks. */
    interface Entry {
        /** No image is inside any classifier, and it is about to enter; complete when it may. */
        CompletionStage<Done> enter();

        /** It came out, or does not enter after {@link #enter} was called. */
        void left();
    }

    /**
     * How long things may take, by the time in which this process runs.
     *
     * @param batchDeadline of an image in a run with others, from its arrival here; zero for no such runs
     * @param hangAfter how long a run may take
     * @param replaceAfter how long after its death a classifier is replaced
     */
    record Limits(Duration batchDeadline, Duration hangAfter, Duration replaceAfter) {}

    /**
     * Classify an image.
     *
     * @param entry for a suspect
     * @param onStart run when a classifier takes it; must not block
     */
    record Classify(RequestId id, EncodedImage image, Optional<Entry> entry, Runnable onStart, ActorRef<Reply> replyTo)
            implements Command {
        boolean isSuspect() {
            return entry.isPresent();
        }
    }

    /** Nobody waits for this image any more. */
    record Forget(EncodedImage image) implements Command {}

    /** Nobody waits any more for what no classifier has begun. */
    record ForgetWaiting() implements Command {}

    /** Send back every image that no classifier has begun, and from now on every new one. */
    record ReturnWaiting() implements Command {}

    /** Send back no new ones any more. */
    record TakeAgain() implements Command {}

    private record FromClassifier(Classifier.Reply reply) implements Command {}

    private record MayEnter(Job suspect, Throwable failure) implements Command {}

    private record Replace() implements Command {}

    /** What becomes of an image. */
    sealed interface Reply permits Classified, Returned, Broken {}

    /**
     * The image has an outcome.
     *
     * @param classifyMillis of the whole run that it was in
     * @param shareMillis of the classifier's time, its share of that run
     * @param reach images that one run may hold now, if enough wait
     * @param batch images in that run
     * @param inside the steps of that run, where the classifier has any
     */
    record Classified(
            Outcome outcome,
            double waitMillis,
            double classifyMillis,
            double shareMillis,
            int reach,
            int batch,
            Optional<Inside> inside)
            implements Reply {}

    /**
     * Steps of a run, as one of its images saw them.
     *
     * @param decodeMillis of this image
     * @param predictMillis of the network's run; 0 when it had none
     */
    record Inside(double decodeMillis, double predictMillis) {}

    /** The image was not begun. */
    record Returned() implements Reply {}

    /** The classifier broke while it had the image. */
    record Broken(String message) implements Reply {}

    private static final int HOPELESS = 10;

    private final ClassifierFactory factory;
    private final AttemptMarks marks;
    private final int parallelism;
    private final Limits limits;
    private final DispatcherSelector dispatcher;
    private final ActorRef<Classifier.Reply> replies;
    private final BatchSizer sizer;
    private final WaitingImages waiting;
    private final Deque<ActorRef<Classifier.Command>> idle = new ArrayDeque<>();
    private final Map<ActorRef<Classifier.Command>, ClassifierRun> busy = new HashMap<>();
    /** The suspect that is about to enter, unless nobody waits for it any more. */
    private Optional<Job> preparing = Optional.empty();

    private int failures;
    private boolean returning;
    /** A suspect is about to enter, or inside: no other image may be. */
    private boolean reserved;

    /**
     * Creates the router and its classifiers.
     *
     * @param marks tell which images are inside
     * @param parallelism how many classifiers
     * @param dispatcher where they run; it needs a thread for each
     */
    static Behavior<Command> create(
            ClassifierFactory factory,
            AttemptMarks marks,
            int parallelism,
            Limits limits,
            DispatcherSelector dispatcher) {
        return Behaviors.setup(
                context -> new ClassifierRouter(context, factory, marks, parallelism, limits, dispatcher));
    }

    private ClassifierRouter(
            ActorContext<Command> context,
            ClassifierFactory factory,
            AttemptMarks marks,
            int parallelism,
            Limits limits,
            DispatcherSelector dispatcher) {
        super(context);
        this.factory = factory;
        this.marks = marks;
        this.parallelism = parallelism;
        this.limits = limits;
        this.dispatcher = dispatcher;
        this.replies = context.messageAdapter(Classifier.Reply.class, FromClassifier::new);
        this.sizer =
                new BatchSizer(factory.largestBatch(), limits.batchDeadline().toMillis());
        this.waiting = new WaitingImages(sizer);
        for (int i = 0; i < parallelism; i++) {
            idle.add(spawnClassifier());
        }
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Classify.class, this::onClassify)
                .onMessage(Forget.class, this::onForget)
                .onMessage(ForgetWaiting.class, this::onForgetWaiting)
                .onMessage(ReturnWaiting.class, this::onReturnWaiting)
                .onMessage(TakeAgain.class, this::onTakeAgain)
                .onMessage(FromClassifier.class, this::onFromClassifier)
                .onMessage(MayEnter.class, this::onMayEnter)
                .onMessage(Replace.class, this::onReplace)
                .onSignal(ChildFailed.class, this::onClassifierFailed)
                .onSignal(Terminated.class, stopped -> this)
                .build();
    }

    private Behavior<Command> onClassify(Classify classify) {
        if (returning) {
            classify.replyTo().tell(new Returned());
            return this;
        }
        waiting.add(classify);
        handOut();
        return this;
    }

    private Behavior<Command> onForget(Forget forget) {
        waiting.drop(job -> job.classify().image() == forget.image());
        preparing = preparing.filter(job -> job.classify().image() != forget.image());
        boolean neverBegun = busy.values().stream().anyMatch(run -> run.has(forget.image()) && isOverdue(run));
        return neverBegun ? end("a classifier does not begin what it was given") : this;
    }

    /** What is inside a classifier for so long has ended the process as a hang. */
    private boolean isOverdue(ClassifierRun run) {
        return marks.time().nanos() - run.since() >= limits.hangAfter().toNanos();
    }

    private Behavior<Command> onForgetWaiting(ForgetWaiting command) {
        waiting.drop(job -> true);
        preparing = Optional.empty();
        return this;
    }

    private Behavior<Command> onReturnWaiting(ReturnWaiting command) {
        returning = true;
        waiting.returnAll();
        return this;
    }

    private Behavior<Command> onTakeAgain(TakeAgain command) {
        returning = false;
        return this;
    }

    private Behavior<Command> end(String why) {
        getContext().getLog().error("the classifiers are of no use any more: {}", why);
        return Behaviors.stopped();
    }

    private Behavior<Command> onFromClassifier(FromClassifier from) {
        if (from.reply() instanceof Classifier.Classified done) {
            failures = 0;
            boolean crowded = idle.isEmpty();
            finished(done.by()).ifPresent(run -> answer(run, done, crowded));
        } else if (from.reply() instanceof Classifier.Broken broken) {
            finished(broken.by()).ifPresent(run -> broke(run, broken.message()));
        }
        handOut();
        return this;
    }

    /** A classifier actor died, as when its model cannot make another predictor: a new one comes. */
    private Behavior<Command> onClassifierFailed(ChildFailed failed) {
        ActorRef<Classifier.Command> dead = failed.getRef().unsafeUpcast();
        idle.remove(dead);
        ClassifierRun run = busy.remove(dead);
        if (run != null) {
            cameOut(run);
            broke(run, String.valueOf(failed.cause().getMessage()));
        }
        if (++failures >= HOPELESS * parallelism) {
            return end(failures + " died one after the other without an answer, the last of " + failed.cause());
        }
        getContext().scheduleOnce(limits.replaceAfter(), getContext().getSelf(), new Replace());
        handOut();
        return this;
    }

    private Behavior<Command> onReplace(Replace replace) {
        idle.add(spawnClassifier());
        handOut();
        return this;
    }

    /** The run that a classifier is done with; empty when its death was seen before its last reply. */
    private Optional<ClassifierRun> finished(ActorRef<Classifier.Command> classifier) {
        ClassifierRun run = busy.remove(classifier);
        if (run != null) {
            idle.add(classifier);
            cameOut(run);
        }
        return Optional.ofNullable(run);
    }

    private void cameOut(ClassifierRun run) {
        if (run.isSuspect()) {
            reserved = false;
            run.leave();
        }
    }

    private void answer(ClassifierRun run, Classifier.Classified done, boolean crowded) {
        // What is damaged takes no time in the network.
        if (run.crowded() && crowded && done.outcomes().stream().allMatch(Outcome.Labelled.class::isInstance)) {
            learn(run.size(), done);
        }
        run.answer(done, sizer.reach());
    }

    private void learn(int size, Classifier.Classified done) {
        int before = sizer.inUse();
        sizer.ran(size, done.millis(), done.costMillis());
        int now = sizer.inUse();
        if (now != before) {
            getContext().getLog().info("batch={} before={} {}", now, before, sizer.explain());
        }
    }

    /** One image may have broken it for all: each is tried alone, before those that came later. */
    private void broke(ClassifierRun run, String message) {
        if (run.size() == 1) {
            run.jobs().get(0).classify().replyTo().tell(new Broken(message));
            return;
        }
        sizer.broke(run.size());
        getContext().getLog().warn("a run of {} images broke, trying each alone: {}", run.size(), message);
        for (int i = run.size() - 1; i >= 0; i--) {
            waiting.addFirst(run.jobs().get(i));
        }
        if (returning) {
            waiting.returnAll();
        }
    }

    private void handOut() {
        while (!waiting.isEmpty() && !idle.isEmpty() && !reserved) {
            boolean suspect = waiting.isNextSuspect();
            if (suspect && !busy.isEmpty()) {
                return;
            }
            reserved = suspect;
            if (waiting.mayNextEnter()) {
                begin(waiting.nextRun(idle.size()));
            } else {
                prepare(waiting.next());
            }
        }
    }

    private void begin(List<Job> jobs) {
        ActorRef<Classifier.Command> classifier = idle.poll();
        busy.put(
                classifier, new ClassifierRun(jobs, idle.isEmpty(), marks.time().nanos()));
        jobs.forEach(job -> job.classify().onStart().run());
        classifier.tell(new Classifier.Classify(
                jobs.stream().map(job -> job.classify().id()).toList(),
                jobs.stream().map(job -> job.classify().image()).toList(),
                replies));
    }

    private void prepare(Job suspect) {
        preparing = Optional.of(suspect);
        getContext()
                .pipeToSelf(
                        suspect.classify().entry().orElseThrow().enter(),
                        (done, failure) -> new MayEnter(suspect, failure));
    }

    private Behavior<Command> onMayEnter(MayEnter may) {
        reserved = false;
        Job suspect = may.suspect();
        boolean enters = preparing.isPresent() && may.failure() == null && !returning;
        if (enters) {
            waiting.addFirst(suspect);
        } else {
            suspect.classify().entry().ifPresent(Entry::left);
            Reply reply = may.failure() == null
                    ? new Returned()
                    : new Broken(may.failure().toString());
            preparing.ifPresent(awaited -> awaited.classify().replyTo().tell(reply));
        }
        preparing = Optional.empty();
        handOut();
        return this;
    }

    private ActorRef<Classifier.Command> spawnClassifier() {
        ActorRef<Classifier.Command> classifier =
                getContext().spawnAnonymous(Classifier.create(factory, marks), dispatcher);
        getContext().watch(classifier);
        return classifier;
    }
}
