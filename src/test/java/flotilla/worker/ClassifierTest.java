package flotilla.worker;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.domain.Outcome;
import flotilla.domain.Prediction;
import flotilla.domain.RequestId;
import flotilla.protocol.ClassifierFactory;
import flotilla.protocol.EncodedImage;
import flotilla.protocol.ImageClassifier;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class ClassifierTest {
    private static final ActorTestKit KIT = ActorTestKit.create(WorkerFixture.CONFIG);

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    /** Labels whatever it gets, in a processor time of its own saying. */
    private record Known(OptionalDouble processorMillis) implements ClassifierFactory {
        @Override
        public String model() {
            return "known";
        }

        @Override
        public ImageClassifier create() {
            return new ImageClassifier() {
                @Override
                public List<Outcome> classify(List<EncodedImage> images) {
                    return images.stream()
                            .<Outcome>map(image ->
                                    new Outcome.Labelled("known", List.of(new Prediction(image.fileName(), 0, 1))))
                            .toList();
                }

                @Override
                public OptionalDouble lastProcessorMillis() {
                    return processorMillis;
                }

                @Override
                public void close() {
                    // Nothing is held.
                }
            };
        }

        @Override
        public void close() {
            // Nothing is shared.
        }
    }

    private static Classifier.Classified run(OptionalDouble processorMillis) {
        TestProbe<Classifier.Reply> replies = KIT.createTestProbe();
        ActorRef<Classifier.Command> classifier = KIT.spawn(Classifier.create(
                new Known(processorMillis), AttemptMarks.unkept("p", RunningTime.every(Duration.ofSeconds(1)))));
        classifier.tell(new Classifier.Classify(
                List.of(RequestId.create(Instant.EPOCH, new Random(1))),
                List.of(new EncodedImage("a.png", new byte[1])),
                replies.getRef()));
        return replies.expectMessageClass(Classifier.Classified.class);
    }

    @Test
    void runWhoseProcessorTimeIsKnown_shouldCostThat() {
        assertThat(run(OptionalDouble.of(12_345)).costMillis()).isEqualTo(12_345);
    }

    @Test
    void runWhoseProcessorTimeIsNotKnown_shouldCostTheTimeItTook() {
        Classifier.Classified done = run(OptionalDouble.empty());

        assertThat(done.costMillis()).isEqualTo(done.millis());
    }
}
