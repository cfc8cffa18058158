package flotilla.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Models and precisions that rows measure: what reports call them, and what workers are told. */
class SubjectTest {
    private static final Subject BF16 = Subject.STANDARD.in("bf16");
    private static final Subject BUNDLED_BF16 = Subject.BUNDLED.in("bf16");

    @Test
    void figures_shouldSayWhatTheyAreOfUnlessThatIsResNetInFp32() {
        assertThat(Subject.STANDARD.named("limit")).isEqualTo("limit");
        assertThat(BF16.named("limit")).isEqualTo("limit, bf16");
        assertThat(Subject.BUNDLED.named("limit")).isEqualTo("limit, bundled model");
        assertThat(BUNDLED_BF16.named("limit")).isEqualTo("limit, bundled model, bf16");
    }

    @Test
    void headings_shouldNameModelAndPrecision() {
        assertThat(new PipelineRow().about(Subject.STANDARD))
                .isEqualTo("a worker with a full queue ÷ limit, ResNet-18, steady part");
        assertThat(new PipelineRow().about(BUNDLED_BF16))
                .isEqualTo("a worker with a full queue ÷ limit, bundled model in bf16, steady part");
    }

    @Test
    void targets_shouldBeOfResNetInFp32Alone() {
        Target target = Target.atLeast(0.95);

        assertThat(Subject.STANDARD.target(target)).contains(target);
        assertThat(BF16.target(target)).isEmpty();
        assertThat(Subject.BUNDLED.target(target)).isEmpty();
    }

    @Test
    void worker_shouldBeToldModelAndPrecision() {
        String resnet = "flotilla.model.path=" + Lab.MATERIAL.resolve("resnet18");

        assertThat(Variant.shipped(Subject.STANDARD).sets()).containsExactly(resnet);
        assertThat(Variant.shipped(BF16).sets()).containsExactly(resnet, "flotilla.classifier.precision=bf16");
        assertThat(Variant.shipped(Subject.BUNDLED).sets()).isEmpty();
        assertThat(Variant.shipped(BUNDLED_BF16).sets()).containsExactly("flotilla.classifier.precision=bf16");
    }

    @Test
    void variants_shouldAllBeOfTheirSubjectsPrecision() {
        assertThat(Variant.of(BUNDLED_BF16)).containsExactly(Variant.shipped(BUNDLED_BF16));
        assertThat(Variant.of(Subject.BUNDLED))
                .contains(Variant.shipped(Subject.BUNDLED))
                .allMatch(variant -> variant.precision().equals(Variant.FP32));
        assertThat(Variant.of(Subject.BUNDLED.in("int8"))).isEmpty();
    }
}
