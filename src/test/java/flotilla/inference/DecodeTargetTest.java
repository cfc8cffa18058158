package flotilla.inference;

import flotilla.hostile.HostileImage;
import flotilla.hostile.HostileImages;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The fuzzer's target with everything that is known, so that both say the same. */
class DecodeTargetTest {
    @BeforeAll
    static void initialize() {
        DecodeTarget.fuzzerInitialize();
    }

    static List<HostileImage> images() {
        return HostileImages.all();
    }

    @ParameterizedTest
    @MethodSource("images")
    void knownFile_shouldBeNoFinding(HostileImage image) {
        DecodeTarget.fuzzerTestOneInput(image.bytes());
    }
}
