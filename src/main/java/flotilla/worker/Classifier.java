package flotilla.worker;

import flotilla.domain.Outcome;
import flotilla.domain.RequestId;
import flotilla.protocol.ClassifierFactory;
import flotilla.protocol.EncodedImage;
import flotilla.protocol.ImageClassifier;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;

/**
 * Owns one {@link ImageClassifier} and blocks its thread with it; it must run on the classifiers' own dispatcher. One run
 * at a time; each is answered, also when the classifier breaks, which is then replaced by a fresh one.
 */
final class Classifier extends AbstractBehavior<Classifier.Command> {
    /** What a classifier is told. */
    sealed interface Command permits Classify {}

    /** Classify images in one run and say what came of it; {@code ids} are theirs, in the same order. */
    record Classify(List<RequestId> ids, List<EncodedImage> images, ActorRef<Reply> replyTo) implements Command {}

    /** The images left the classifier. */
    sealed interface Reply permits Classified, Broken {}

    /**
     * Each image has an outcome, in their order, after a run of {@code millis}.
     *
     * @param costMillis the run's processor time where that is known, or else {@code millis}
     * @param steps of the run, where the classifier has any
     */
    record Classified(
            ActorRef<Command> by,
            List<Outcome> outcomes,
            double millis,
            double costMillis,
            Optional<ImageClassifier.Steps> steps)
            implements Reply {}

    /** The classifier broke; the images are innocent until proven otherwise. */
    record Broken(ActorRef<Command> by, String message) implements Reply {}

    private static final double NANOS_PER_MILLI = 1e6;

    private final ClassifierFactory factory;
    private final AttemptMarks marks;
    private ImageClassifier classifier;

    static Behavior<Command> create(ClassifierFactory factory, AttemptMarks marks) {
        return Behaviors.setup(context -> new Classifier(context, factory, marks));
    }

    private Classifier(ActorContext<Command> context, ClassifierFactory factory, AttemptMarks marks) {
        super(context);
        this.factory = factory;
        this.marks = marks;
        this.classifier = factory.create();
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Classify.class, this::onClassify)
                .onSignal(PostStop.class, this::onPostStop)
                .build();
    }

    private Behavior<Command> onClassify(Classify classify) {
        long start = System.nanoTime();
        try {
            List<Outcome> outcomes = marked(classify);
            double millis = (System.nanoTime() - start) / NANOS_PER_MILLI;
            if (outcomes.size() != classify.images().size()) {
                throw new IllegalStateException(
                        outcomes.size() + " outcomes for " + classify.images().size() + " images");
            }
            double cost = classifier.lastProcessorMillis().orElse(millis);
            classify.replyTo()
                    .tell(new Classified(getContext().getSelf(), outcomes, millis, cost, classifier.lastSteps()));
        } catch (RuntimeException broken) {
            getContext()
                    .getLog()
                    .warn(
                            "classifier broke on {}, replaced",
                            classify.images().stream()
                                    .map(EncodedImage::fileName)
                                    .toList(),
                            broken);
            classify.replyTo().tell(new Broken(getContext().getSelf(), String.valueOf(broken.getMessage())));
            classifier.close();
            classifier = factory.create();
        }
        return this;
    }

    /** The images are marked while they are inside; they stay so when they take the process along. */
    private List<Outcome> marked(Classify classify) {
        AttemptMarks.Entry entry = marks.enter(classify.ids());
        try {
            List<Outcome> outcomes = classifier.classify(classify.images());
            marks.leave(entry);
            return outcomes;
        } catch (RuntimeException broken) {
            marks.leave(entry);
            throw broken;
        } catch (VirtualMachineError | LinkageError fatal) {
            marks.endsFatally();
            throw fatal;
        } catch (Error otherwise) {
            marks.leave(entry);
            throw otherwise;
        }
    }

    private Behavior<Command> onPostStop(PostStop stop) {
        classifier.close();
        return this;
    }
}
