package flotilla.inference;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.domain.FailureCode;
import flotilla.hostile.HostileImage;
import flotilla.hostile.HostileImages;
import flotilla.inference.ImageDecoder.Decoded;
import flotilla.protocol.ImageInspector.Inspection;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The corpus of hostile files, decoded and made a model's input as a worker does it. */
class HostileDecodeTest {
    private static final int MAX_PIXELS = 50_000_000;
    /** What an image may allocate besides its pixels and twice its bytes. */
    private static final long MEMORY_BESIDES = 48 << 20;

    private static final int BYTES_PER_PIXEL = 12;

    private static final Preprocessor PREPROCESSOR = new Preprocessor(new ModelSpec.Input(
            64, 64, new ModelSpec.Resize.ShorterThenCentre(72), List.of(0.0, 0.0, 0.0), List.of(1.0, 1.0, 1.0)));

    private final ImageDecoder decoder = new ImageDecoder(MAX_PIXELS, new DecodeMemory(512 << 20));

    static List<HostileImage> images() {
        return HostileImages.all();
    }

    @ParameterizedTest
    @MethodSource("images")
    void hostileImage_shouldComeToItsVerdictInBoundedMemory(HostileImage image) {
        WebpLibrary.load();
        long before = allocated();
        long pixels = 0;
        Optional<FailureCode> code;
        try (Decoded decoded = decoder.decode(image.bytes())) {
            if (decoded instanceof Decoded.Image sound) {
                pixels = (long) sound.pixels().width() * sound.pixels().height();
                float[] tensor = PREPROCESSOR.tensor(sound.pixels(), Layout.PLANAR);
                assertThat(tensor).hasSize(3 * 64 * 64).doesNotContain(Float.NaN);
                code = Optional.empty();
            } else {
                Decoded.Refused refused = (Decoded.Refused) decoded;
                assertThat(refused.failure().message())
                        .contains("; ")
                        .doesNotContain("\n")
                        .hasSizeLessThan(500);
                code = Optional.of(refused.failure().code());
            }
        }
        long taken = allocated() - before;

        assertThat(code).isEqualTo(image.code());
        assertThat(taken).isLessThan(MEMORY_BESIDES + BYTES_PER_PIXEL * pixels + 4L * image.bytes().length);
    }

    @ParameterizedTest
    @MethodSource("images")
    void hostileImage_shouldBeRefusedByItsHeaderOrPass(HostileImage image) {
        Inspection inspection = new ImageHeaders(MAX_PIXELS).inspect(image.bytes(), true);

        if (image.by() == HostileImage.RefusedBy.HEADER) {
            assertThat(inspection).isInstanceOfSatisfying(Inspection.Refused.class, refused -> {
                assertThat(refused.code()).isEqualTo(image.code().orElseThrow());
                assertThat(refused.message()).contains("; ").doesNotContain("\n");
            });
        } else {
            assertThat(inspection).isInstanceOf(Inspection.Accepted.class);
        }
    }

    @Test
    void corpus_shouldHaveEveryKindOfVerdict() {
        assertThat(HostileImages.all()).extracting(HostileImage::name).doesNotHaveDuplicates();
        assertThat(HostileImages.all()).extracting(HostileImage::by).contains(HostileImage.RefusedBy.values());
    }

    static Stream<byte[]> photographs() {
        return Stream.of(
                TestImages.jpeg(TestImages.pattern(200, 200)),
                TestImages.progressiveJpeg(TestImages.pattern(200, 200)),
                TestImages.png(TestImages.pattern(200, 200)),
                TestImages.gif(TestImages.pattern(200, 200)));
    }

    @ParameterizedTest
    @MethodSource("photographs")
    void imageThatTakesTooLong_shouldBeDamagedAndItsMemoryComeBack(byte[] image) {
        AtomicLong clock = new AtomicLong();
        DecodeMemory memory = new DecodeMemory(200 * 200 * 4);
        DecodeEffort.Limit limit = new DecodeEffort.Limit(
                Duration.ofSeconds(5),
                () -> clock.addAndGet(Duration.ofSeconds(1).toNanos()));
        ImageDecoder slow = new ImageDecoder(MAX_PIXELS, memory, limit);

        for (int i = 0; i < 2; i++) {
            try (Decoded decoded = slow.decode(image)) {
                assertThat(decoded).isInstanceOfSatisfying(Decoded.Refused.class, refused -> {
                    assertThat(refused.failure().code()).isEqualTo(FailureCode.DAMAGED);
                    assertThat(refused.failure().message()).contains("decoding it takes longer than 5.0 s");
                });
            }
        }
        memory.take(memory.total()).orElseThrow().close();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void limitOfEffort_shouldCountFromEachImageAnew(int images) {
        AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 3);
        DecodeEffort.Limit limit = new DecodeEffort.Limit(Duration.ofNanos(10), clock::get);

        for (int i = 0; i < images; i++) {
            DecodeEffort effort = limit.start();
            clock.addAndGet(10);
            assertThat(effort.isSpent()).isFalse();
            clock.addAndGet(1);
            assertThat(effort.isSpent()).isTrue();
        }
    }

    @Test
    void processorTime_shouldBeThatOfTheThreadItself() {
        DecodeEffort effort = DecodeEffort.Limit.of(Duration.ofMillis(50)).start();

        long end = System.nanoTime() + Duration.ofMillis(200).toNanos();
        while (System.nanoTime() < end) {
            LockSupport.parkNanos(end - System.nanoTime());
        }
        assertThat(effort.isSpent()).as("by waiting").isFalse();
        long worked = 0;
        while (!effort.isSpent()) {
            worked++;
        }
        assertThat(worked).isPositive();
    }

    /** Bytes that this thread has allocated since it began. */
    private static long allocated() {
        return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean())
                .getThreadAllocatedBytes(Thread.currentThread().getId());
    }
}
