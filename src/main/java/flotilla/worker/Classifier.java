package flotilla.worker;

import flotilla.domain.Outcome;
import flotilla.protocol.ClassifierFactory;
import flotilla.protocol.EncodedImage;
import flotilla.protocol.ImageClassifier;
import java.util.List;
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

    /** Classify images in one run and say what came of it. */
    record Classify(List<EncodedImage> images, ActorRef<Reply> replyTo) implements Command {}

    /** The images left the classifier. */
    sealed interface Reply permits Classified, Broken {}

    /** Each image has an outcome, in their order, after a run of {@code millis}. */
    record Classified(ActorRef<Command> by, List<Outcome> outcomes, double millis) implements Reply {}

    /** The classifier broke; the images are innocent until proven otherwise. */
    record Broken(ActorRef<Command> by, String message) implements Reply {}

    private static final double NANOS_PER_MILLI = 1e6;

    private final ClassifierFactory factory;
    private ImageClassifier classifier;

    static Behavior<Command> create(ClassifierFactory factory) {
        return Behaviors.setup(context -> new Classifier(context, factory));
    }

    private Classifier(ActorContext<Command> context, ClassifierFactory factory) {
        super(context);
        this.factory = factory;
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
            List<Outcome> outcomes = classifier.classify(classify.images());
            double millis = (System.nanoTime() - start) / NANOS_PER_MILLI;
            if (outcomes.size() != classify.images().size()) {
                throw new IllegalStateException(
                        outcomes.size() + " outcomes for " + classify.images().size() + " images");
            }
            classify.replyTo().tell(new Classified(getContext().getSelf(), outcomes, millis));
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

    private Behavior<Command> onPostStop(PostStop stop) {
        classifier.close();
        return this;
    }
}
