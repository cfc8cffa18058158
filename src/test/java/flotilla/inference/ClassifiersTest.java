package flotilla.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flotilla.config.ClassifierSettings;
import flotilla.config.InferenceEngine;
import flotilla.config.ModelSettings;
import flotilla.config.Precision;
import flotilla.domain.Outcome;
import flotilla.protocol.ClassifierFactory;
import flotilla.protocol.EncodedImage;
import flotilla.protocol.ImageClassifier;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassifiersTest {
    private static final EncodedImage IMAGE = new EncodedImage("test_000.jpg", new byte[] {1, 2, 3});

    @TempDir
    private Path folder;

    @Test
    void delayKind_shouldAnswerTheStem() {
        try (ClassifierFactory factory = open(ClassifierSettings.Kind.DELAY, Optional.empty(), Duration.ZERO);
                ImageClassifier classifier = factory.create()) {
            assertThat(classifier.classify(IMAGE)).isInstanceOfSatisfying(Outcome.Labelled.class, labelled -> {
                assertThat(labelled.model()).isEqualTo("delay");
                assertThat(labelled.label()).isEqualTo("test_000");
            });
        }
    }

    @Test
    void delay_shouldBeAddedToAnyKind() throws IOException {
        Path table = Files.writeString(folder.resolve("table.csv"), "test_000,Paul\n");
        try (ClassifierFactory factory =
                        open(ClassifierSettings.Kind.TABLE, Optional.of(table), Duration.ofMillis(30));
                ImageClassifier classifier = factory.create()) {
            long start = System.nanoTime();

            assertThat(classifier.classify(IMAGE)).isInstanceOf(Outcome.Labelled.class);

            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(30));
            assertThat(factory.model()).isEqualTo("table");
        }
    }

    @Test
    void interruptedDelay_shouldEndAtOnceAndKeepTheInterrupt() {
        try (ClassifierFactory factory = open(ClassifierSettings.Kind.DELAY, Optional.empty(), Duration.ofHours(1));
                ImageClassifier classifier = factory.create()) {
            Thread.currentThread().interrupt();

            assertThatThrownBy(() -> classifier.classify(IMAGE)).isInstanceOf(CancellationException.class);

            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void tableAndDelay_shouldWorkWithoutDjl() throws Exception {
        Path table = Files.writeString(folder.resolve("table.csv"), "test_000,Paul\n");
        Class<?> probe = new WithoutDjl().loadClass(LabelProbe.class.getName());
        @SuppressWarnings("unchecked")
        Function<String, String> label =
                (Function<String, String>) probe.getDeclaredConstructor().newInstance();

        assertThat(label.apply(table.toString())).isEqualTo("Paul");
        assertThat(label.apply("")).isEqualTo("test_000");
    }

    private static ClassifierFactory open(ClassifierSettings.Kind kind, Optional<Path> table, Duration delay) {
        return Classifiers.open(
                ModelSettings.BUNDLED,
                new ClassifierSettings(
                        kind, table, delay, 1, 1, InferenceEngine.PYTORCH, Precision.FP32, Duration.ofSeconds(30)),
                1_000_000);
    }

    /** Gives the label of {@link #IMAGE}; its argument is a table's path, or blank for the delay kind. */
    public static final class LabelProbe implements Function<String, String> {
        @Override
        public String apply(String table) {
            Optional<Path> path =
                    Optional.of(table).filter(text -> !text.isBlank()).map(Path::of);
            ClassifierSettings.Kind kind =
                    path.isPresent() ? ClassifierSettings.Kind.TABLE : ClassifierSettings.Kind.DELAY;
            try (ClassifierFactory factory = open(kind, path, Duration.ofNanos(1));
                    ImageClassifier classifier = factory.create()) {
                return ((Outcome.Labelled) classifier.classify(new EncodedImage("test_000.jpg", new byte[0]))).label();
            }
        }
    }

    /** Loads Flotilla's classes anew, in a world in which DJL does not exist. */
    private static final class WithoutDjl extends ClassLoader {
        WithoutDjl() {
            super(ClassifiersTest.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.startsWith("ai.djl.")) {
                throw new ClassNotFoundException(name);
            }
            if (!name.startsWith("flotilla.")) {
                return super.loadClass(name, resolve);
            }
            Class<?> loaded = findLoadedClass(name);
            return loaded == null ? define(name) : loaded;
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            try (InputStream bytes = getResourceAsStream(name.replace('.', '/') + ".class")) {
                byte[] code = bytes.readAllBytes();
                return defineClass(name, code, 0, code.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }
}
