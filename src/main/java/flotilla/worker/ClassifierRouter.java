package flotilla.worker;

import flotilla.domain.Outcome;
import flotilla.protocol.ClassifierFactory;
import flotilla.protocol.EncodedImage;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
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
 * Hands images to a fixed number of {@link Classifier}s, the longest waiting first. Its line is short because its only
 * asker, the {@link ImagePipeline}, holds few messages. It never touches an image itself.
 */
final class ClassifierRouter extends AbstractBehavior<ClassifierRouter.Command> {
    /** What the router is told. */
    sealed interface Command permits Classify, ReturnWaiting, FromClassifier, Replace {}

    /**
     * Classify an image.
     *
     * @param onStart run when a classifier takes it; must not block
     */
    record Classify(EncodedImage image, Runnable onStart, ActorRef<Reply> replyTo) implements Command {}

    /** Send back every image that no classifier has begun, and from now on every new one. */
    record ReturnWaiting() implements Command {}

    private record FromClassifier(Classifier.Reply reply) implements Command {}

    private record Replace() implements Command {}

    /** What becomes of an image. */
    sealed interface Reply permits Classified, Returned, Broken {}

    /** The image has an outcome. */
    record Classified(Outcome outcome, double waitMillis, double classifyMillis) implements Reply {}

    /** The image was not begun. */
    record Returned() implements Reply {}

    /** The classifier broke while it had the image. */
    record Broken(String message) implements Reply {}

    private record Job(Classify classify, long since) {}

    private static final double NANOS_PER_MILLI = 1e6;
    private static final Duration REPLACE_AFTER = Duration.ofSeconds(1);

    private final ClassifierFactory factory;
    private final DispatcherSelector dispatcher;
    private final ActorRef<Classifier.Reply> replies;
    private final Deque<Job> waiting = new ArrayDeque<>();
    private final Deque<ActorRef<Classifier.Command>> idle = new ArrayDeque<>();
    private final Map<ActorRef<Classifier.Command>, Job> busy = new HashMap<>();
    private boolean returning;

    /**
     * Creates the router and its classifiers.
     *
     * @param parallelism how many classifiers
     * @param dispatcher where they run; it needs a thread for each
     */
    static Behavior<Command> create(ClassifierFactory factory, int parallelism, DispatcherSelector dispatcher) {
        return Behaviors.setup(context -> new ClassifierRouter(context, factory, parallelism, dispatcher));
    }

    private ClassifierRouter(
            ActorContext<Command> context, ClassifierFactory factory, int parallelism, DispatcherSelector dispatcher) {
        super(context);
        this.factory = factory;
        this.dispatcher = dispatcher;
        this.replies = context.messageAdapter(Classifier.Reply.class, FromClassifier::new);
        for (int i = 0; i < parallelism; i++) {
            idle.add(spawnClassifier());
        }
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Classify.class, this::onClassify)
                .onMessage(ReturnWaiting.class, this::onReturnWaiting)
                .onMessage(FromClassifier.class, this::onFromClassifier)
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
        waiting.add(new Job(classify, System.nanoTime()));
        handOut();
        return this;
    }

    private Behavior<Command> onReturnWaiting(ReturnWaiting command) {
        returning = true;
        waiting.forEach(job -> job.classify().replyTo().tell(new Returned()));
        waiting.clear();
        return this;
    }

    private Behavior<Command> onFromClassifier(FromClassifier from) {
        if (from.reply() instanceof Classifier.Classified done) {
            finished(done.by()).ifPresent(job -> {
                double total = (System.nanoTime() - job.since()) / NANOS_PER_MILLI;
                job.classify()
                        .replyTo()
                        .tell(new Classified(done.outcome(), Math.max(0, total - done.millis()), done.millis()));
            });
        } else if (from.reply() instanceof Classifier.Broken broken) {
            finished(broken.by()).ifPresent(job -> job.classify().replyTo().tell(new Broken(broken.message())));
        }
        handOut();
        return this;
    }

    /** A classifier actor died, as when its model cannot make another predictor: its image is told, a new one comes. */
    private Behavior<Command> onClassifierFailed(ChildFailed failed) {
        ActorRef<Classifier.Command> dead = failed.getRef().unsafeUpcast();
        idle.remove(dead);
        Job job = busy.remove(dead);
        if (job != null) {
            job.classify()
                    .replyTo()
                    .tell(new Broken(String.valueOf(failed.cause().getMessage())));
        }
        getContext().scheduleOnce(REPLACE_AFTER, getContext().getSelf(), new Replace());
        return this;
    }

    private Behavior<Command> onReplace(Replace replace) {
        idle.add(spawnClassifier());
        handOut();
        return this;
    }

    /** The job that a classifier is done with; empty when its death was seen before its last reply. */
    private Optional<Job> finished(ActorRef<Classifier.Command> classifier) {
        Job job = busy.remove(classifier);
        if (job != null) {
            idle.add(classifier);
        }
        return Optional.ofNullable(job);
    }

    private void handOut() {
        while (!waiting.isEmpty() && !idle.isEmpty()) {
            Job job = waiting.poll();
            ActorRef<Classifier.Command> classifier = idle.poll();
            busy.put(classifier, job);
            job.classify().onStart().run();
            classifier.tell(new Classifier.Classify(job.classify().image(), replies));
        }
    }

    private ActorRef<Classifier.Command> spawnClassifier() {
        ActorRef<Classifier.Command> classifier = getContext().spawnAnonymous(Classifier.create(factory), dispatcher);
        getContext().watch(classifier);
        return classifier;
    }
}
