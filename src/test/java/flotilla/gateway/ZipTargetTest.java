package flotilla.gateway;

import flotilla.hostile.HostileImage;
import flotilla.hostile.HostileImages;
import flotilla.hostile.Mutations;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The fuzzer's target with all files that are known, and with bent zips. */
class ZipTargetTest {
    private static final int BENT = 5_000;

    @Test
    void knownFiles_shouldBeNoFinding() throws IOException {
        for (HostileImage image : HostileImages.all()) {
            ZipTarget.fuzzerTestOneInput(image.bytes());
        }
    }

    @Test
    void bentZips_shouldBeReadOrRefused() throws IOException {
        List<byte[]> zips = HostileImages.all().stream()
                .filter(image -> image.name().startsWith("file-zip"))
                .map(HostileImage::bytes)
                .toList();
        Mutations mutations = new Mutations(zips);
        for (int seed = 0; seed < BENT; seed++) {
            ZipTarget.fuzzerTestOneInput(mutations.next(seed));
        }
    }
}
