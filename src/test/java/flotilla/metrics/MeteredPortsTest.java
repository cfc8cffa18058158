package flotilla.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import flotilla.domain.RequestId;
import flotilla.protocol.ResultStore;
import flotilla.testing.MemoryStores;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The counting layers around ports: whatever is asked of one must come to what is within. */
class MeteredPortsTest {
    /** Classes of this room that have one of our interfaces and hold one of the same. */
    static List<Class<?>> layers() {
        return new ClassFileImporter()
                        .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                        .importPackages("flotilla.metrics")
                        .stream()
                        .<Class<?>>map(JavaClass::reflect)
                        .filter(one -> ports(one)
                                .anyMatch(port -> Arrays.stream(one.getDeclaredFields())
                                        .anyMatch(field -> field.getType().equals(port))))
                        .toList();
    }

    private static Stream<Class<?>> ports(Class<?> layer) {
        return Arrays.stream(layer.getInterfaces()).filter(one -> one.getName().startsWith("flotilla."));
    }

    @Test
    void layers_shouldBeThoseThatThereAre() {
        assertThat(layers())
                .extracting(Class::getSimpleName)
                .containsExactlyInAnyOrder(
                        "MeteredResults",
                        "MeteredRequests",
                        "MeteredResponses",
                        "MeteredImages",
                        "MeteredClassifiers",
                        "Metered");
    }

    /** A default method that is not passed on is answered by the interface, and what the layer surrounds hears nothing of it. */
    @ParameterizedTest
    @MethodSource("layers")
    void layer_shouldPassOnEachMethodOfItsPort(Class<?> layer) {
        List<String> missing = new ArrayList<>();
        ports(layer)
                .flatMap(port -> Arrays.stream(port.getMethods()))
                .filter(method -> !Modifier.isStatic(method.getModifiers()))
                .filter(method -> !declares(layer, method))
                .forEach(method -> missing.add(method.toString()));

        assertThat(missing).isEmpty();
    }

    private static boolean declares(Class<?> layer, Method method) {
        return Arrays.stream(layer.getDeclaredMethods())
                .anyMatch(own -> own.getName().equals(method.getName())
                        && Arrays.equals(own.getParameterTypes(), method.getParameterTypes()));
    }

    @Test
    void resultThatIsConfirmed_shouldBeMadeUpForByTheStore() {
        MemoryStores.Results results = new MemoryStores.Results();
        ResultStore metered = new MeteredResults(results, new SimpleMeterRegistry().timer("writes"), stored -> {});
        RequestId id = RequestId.create(Instant.EPOCH, new Random(1));

        metered.confirm(id, 2).toCompletableFuture().join();

        assertThat(results.confirmed).containsExactly(id);
    }
}
