package flotilla.inference;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Bent files of every kind; {@code -Dflotilla.seed} and {@code -Dflotilla.fuzz.images} choose others and more. */
class DecodeFuzzIT {
    private static final long SEED = Long.getLong("flotilla.seed", 23);
    private static final long IMAGES = Long.getLong("flotilla.fuzz.images", 5_000);

    @ParameterizedTest
    @EnumSource(ImageKind.class)
    void bentFile_shouldBeAnImageOrARefusal(ImageKind kind) {
        DecodeFuzz fuzz = new DecodeFuzz();

        for (long i = 0; i < IMAGES; i++) {
            assertThat(fuzz.run(kind, SEED, i))
                    .as("%s %d of seed %d", kind, i, SEED)
                    .isEmpty();
        }

        assertThat(fuzz.images()).isPositive();
        assertThat(fuzz.refusals()).isPositive();
    }
}
