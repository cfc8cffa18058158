package flotilla.inference;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.domain.FailureCode;
import flotilla.protocol.ImageInspector.Inspection;
import java.awt.image.BufferedImage;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImageHeadersTest {
    private static final byte[] JPEG = TestImages.jpeg(TestImages.pattern(40, 30));
    private static final byte[] PNG = TestImages.png(TestImages.pattern(40, 30));
    private static final byte[] GIF = TestImages.gif(TestImages.pattern(40, 30, BufferedImage.TYPE_BYTE_INDEXED));
    private static final byte[] LOSSY = TestImages.webp(TestImages.pattern(40, 30), false);
    private static final byte[] LOSSLESS = TestImages.webp(TestImages.pattern(40, 30), true);
    private static final List<byte[]> SIGNATURES =
            List.of(Arrays.copyOf(JPEG, 3), Arrays.copyOf(PNG, 8), Arrays.copyOf(GIF, 6), Arrays.copyOf(LOSSY, 12));

    private final ImageHeaders headers = new ImageHeaders(50_000_000);

    @Test
    void wholeImages_shouldGiveKindAndSize() {
        assertThat(headers.inspect(JPEG, true)).isEqualTo(new Inspection.Accepted("image/jpeg", 40, 30));
        assertThat(headers.inspect(PNG, true)).isEqualTo(new Inspection.Accepted("image/png", 40, 30));
        assertThat(headers.inspect(GIF, true)).isEqualTo(new Inspection.Accepted("image/gif", 40, 30));
        assertThat(headers.inspect(LOSSY, true)).isEqualTo(new Inspection.Accepted("image/webp", 40, 30));
        assertThat(headers.inspect(LOSSLESS, true)).isEqualTo(new Inspection.Accepted("image/webp", 40, 30));
    }

    @Test
    void webpCanvas_shouldBeKnownFromThirtyBytes() {
        byte[] webp = TestImages.extendedWebp(300, 200, 0, Map.of());

        assertThat(headers.inspect(Arrays.copyOf(webp, 29), false)).isEqualTo(new Inspection.Incomplete());
        assertThat(headers.inspect(webp, false)).isEqualTo(new Inspection.Accepted("image/webp", 300, 200));
    }

    @Test
    void hugeWebpOfFewBytes_shouldBeRefusedByItsHeader() {
        assertRefused(
                TestImages.extendedWebp(1 << 24, 1 << 24, 0, Map.of()),
                false,
                FailureCode.TOO_MANY_PIXELS,
                "281474976710656 pixels");
        byte[] lossy = LOSSY.clone();
        putShort(lossy, 26, 0x3FFF);
        putShort(lossy, 28, 0x3FFF);
        assertRefused(lossy, false, FailureCode.TOO_MANY_PIXELS, "16383x16383");
        byte[] lossless = LOSSLESS.clone();
        Arrays.fill(lossless, 21, 24, (byte) 0xFF);
        lossless[24] |= 0x0F;
        assertRefused(lossless, false, FailureCode.TOO_MANY_PIXELS, "16384x16384");
    }

    @Test
    void brokenWebpHeader_shouldBeDamaged() {
        byte[] noKeyFrame = LOSSY.clone();
        noKeyFrame[20] |= 1;
        assertRefused(noKeyFrame, true, FailureCode.DAMAGED, "this WebP has a broken frame header");
        byte[] noSignature = LOSSLESS.clone();
        noSignature[20] = 0;
        assertRefused(noSignature, true, FailureCode.DAMAGED, "this WebP has a broken frame header");
        byte[] noPicture = LOSSY.clone();
        noPicture[12] = 'X';
        assertRefused(noPicture, true, FailureCode.DAMAGED, "this WebP does not begin with a picture");
    }

    @ParameterizedTest
    @CsvSource({
        "0000002066747970617669660000, an AVIF",
        "0000001c667479706865696300000000, a HEIC",
        "49492a0008000000, a TIFF",
        "4d4d002a00000008, a TIFF",
        "424d360000000000, a BMP",
        "3c73766720786d6c6e733d22687474703a, an SVG",
        "ff0a7f0000, a JPEG XL",
        "255044462d312e37, a PDF",
        "524946460000000057415645666d7420, not a JPEG",
        "00000000000000000000000000000000, not a JPEG"
    })
    void otherKinds_shouldBeUnsupportedByName(String bytes, String name) {
        assertRefused(HexFormat.of().parseHex(bytes), true, FailureCode.UNSUPPORTED_TYPE, "this is " + name);
        assertRefused(
                HexFormat.of().parseHex(bytes), false, FailureCode.UNSUPPORTED_TYPE, "; send a JPEG, PNG, GIF or WebP");
    }

    @Test
    void progressiveAndGreyJpeg_shouldBeAccepted() {
        byte[] progressive = TestImages.progressiveJpeg(TestImages.pattern(40, 30));
        byte[] grey = TestImages.jpeg(TestImages.pattern(40, 30, BufferedImage.TYPE_BYTE_GRAY));

        assertThat(headers.inspect(progressive, true)).isEqualTo(new Inspection.Accepted("image/jpeg", 40, 30));
        assertThat(headers.inspect(grey, true)).isEqualTo(new Inspection.Accepted("image/jpeg", 40, 30));
    }

    @Test
    void hugePngOfFewBytes_shouldBeRefusedByItsHeader() {
        byte[] header = TestImages.pngHeader(40_000, 40_000, 8, 2);

        assertRefused(header, false, FailureCode.TOO_MANY_PIXELS, "1600000000 pixels (40000x40000)");
    }

    @Test
    void sizesWhoseProductOverflows_shouldBeRefused() {
        byte[] header = TestImages.pngHeader(Integer.MAX_VALUE, Integer.MAX_VALUE, 8, 2);

        assertRefused(header, false, FailureCode.TOO_MANY_PIXELS, "4611686014132420609 pixels");
    }

    @Test
    void exactlyTheLimit_shouldBeAcceptedAndOneMoreRefused() {
        ImageHeaders limited = new ImageHeaders(1200);

        assertThat(limited.inspect(PNG, true)).isInstanceOf(Inspection.Accepted.class);
        assertThat(limited.inspect(TestImages.pngHeader(1201, 1, 8, 2), false)).isInstanceOf(Inspection.Refused.class);
    }

    @Test
    void overlongSide_shouldBeRefused() {
        assertRefused(TestImages.pngHeader(65_536, 1, 8, 2), false, FailureCode.TOO_MANY_PIXELS, "65535");
    }

    @Test
    void textUnderAnyName_shouldBeUnsupported() {
        byte[] text = "this is not a photograph".getBytes(StandardCharsets.UTF_8);

        assertRefused(text, true, FailureCode.UNSUPPORTED_TYPE, "send a JPEG, PNG, GIF or WebP");
        assertRefused(Arrays.copyOf(text, 3), false, FailureCode.UNSUPPORTED_TYPE, "send a JPEG, PNG, GIF or WebP");
    }

    @Test
    void emptyInput_shouldSayThatItIsEmpty() {
        assertRefused(new byte[0], true, FailureCode.UNSUPPORTED_TYPE, "the image is empty");
        assertThat(headers.inspect(new byte[0], false)).isEqualTo(new Inspection.Incomplete());
    }

    @ParameterizedTest
    @CsvSource({"0, 5, 8, 2", "5, 0, 8, 2", "-1, 5, 8, 2", "5, 5, 7, 2", "5, 5, 16, 3", "5, 5, 8, 5"})
    void impossiblePngHeader_shouldBeDamaged(int width, int height, int depth, int colour) {
        assertRefused(TestImages.pngHeader(width, height, depth, colour), false, FailureCode.DAMAGED, "PNG");
    }

    @Test
    void pngHeaderWithWrongSum_shouldBeDamaged() {
        byte[] header = TestImages.pngHeader(5, 5, 8, 2);
        header[32] ^= 1;

        assertRefused(header, false, FailureCode.DAMAGED, "this PNG has a broken header");
    }

    @Test
    void jpegWithoutHeight_shouldBeDamaged() {
        byte[] jpeg = JPEG.clone();
        int frame = frameHeader(jpeg);
        jpeg[frame + 5] = 0;
        jpeg[frame + 6] = 0;

        assertRefused(jpeg, true, FailureCode.DAMAGED, "no valid size");
    }

    @Test
    void jpegOfTwelveBits_shouldBeUnsupported() {
        byte[] jpeg = JPEG.clone();
        jpeg[frameHeader(jpeg) + 4] = 12;

        assertRefused(jpeg, true, FailureCode.UNSUPPORTED_TYPE, "12 bits");
    }

    @Test
    void jpegWithDataBeforeItsFrame_shouldBeDamaged() {
        byte[] jpeg = {(byte) 0xFF, (byte) 0xD8, (byte) 0xFF, (byte) 0xDA, 0, 8};

        assertRefused(jpeg, true, FailureCode.DAMAGED, "no frame header");
    }

    @Test
    void longExif_shouldBeIncompleteUntilTheFrameHeaderIsThere() {
        byte[] jpeg = TestImages.withExif(JPEG, 60_000);
        int enough = frameHeader(jpeg) + 10;

        assertThat(headers.inspect(Arrays.copyOf(jpeg, 30_000), false)).isEqualTo(new Inspection.Incomplete());
        assertThat(headers.inspect(Arrays.copyOf(jpeg, enough - 1), false)).isEqualTo(new Inspection.Incomplete());
        assertThat(headers.inspect(Arrays.copyOf(jpeg, enough), false))
                .isEqualTo(new Inspection.Accepted("image/jpeg", 40, 30));
    }

    @Test
    void gifFrameLargerThanItsScreen_shouldCountAsTheFrame() {
        byte[] gif = gif(1, 1, 10, 0, 30_000, 30_000);

        assertRefused(gif, false, FailureCode.TOO_MANY_PIXELS, "30010x30000");
    }

    @Test
    void brokenGif_shouldBeDamaged() {
        assertRefused(gif(5, 5, 0, 0, 0, 5), false, FailureCode.DAMAGED, "0x5");
        assertRefused(new byte[] {'G', 'I', 'F', '8', '8', 'a', 1, 0, 1, 0, 0, 0, 0}, true, FailureCode.DAMAGED, "87a");
        assertRefused(
                new byte[] {'G', 'I', 'F', '8', '9', 'a', 1, 0, 1, 0, 0, 0, 0, 0x3B},
                true,
                FailureCode.DAMAGED,
                "no picture");
    }

    @Test
    void everyPrefixOfAnImage_shouldBeIncompleteThenAccepted() {
        for (byte[] image : List.of(JPEG, PNG, GIF, LOSSY, LOSSLESS, TestImages.withExif(JPEG, 3000))) {
            boolean accepted = false;
            for (int length = 0; length <= image.length; length++) {
                byte[] prefix = Arrays.copyOf(image, length);
                Inspection partial = headers.inspect(prefix, false);
                accepted |= partial instanceof Inspection.Accepted;

                assertThat(partial).isInstanceOf(accepted ? Inspection.Accepted.class : Inspection.Incomplete.class);
                assertThat(headers.inspect(prefix, true)).isNotInstanceOf(Inspection.Incomplete.class);
            }
            assertThat(accepted).isTrue();
        }
    }

    @Property
    void anyBytes_shouldGiveAValue(@ForAll @Size(max = 200) byte[] bytes, @ForAll boolean complete) {
        assertSane(headers.inspect(bytes, complete), complete);
    }

    @Property
    void anyBytesAfterASignature_shouldGiveAValue(
            @ForAll @Size(max = 200) byte[] bytes, @ForAll @IntRange(max = 3) int kind, @ForAll boolean complete) {
        byte[] signature = SIGNATURES.get(kind);
        byte[] image = Arrays.copyOf(signature, signature.length + bytes.length);
        System.arraycopy(bytes, 0, image, signature.length, bytes.length);

        assertSane(headers.inspect(image, complete), complete);
    }

    private void assertSane(Inspection inspection, boolean complete) {
        if (complete) {
            assertThat(inspection).isNotInstanceOf(Inspection.Incomplete.class);
        }
        if (inspection instanceof Inspection.Accepted accepted) {
            assertThat((long) accepted.width() * accepted.height()).isBetween(1L, 50_000_000L);
        }
    }

    private void assertRefused(byte[] bytes, boolean complete, FailureCode code, String part) {
        assertThat(headers.inspect(bytes, complete)).isInstanceOfSatisfying(Inspection.Refused.class, refused -> {
            assertThat(refused.code()).isEqualTo(code);
            assertThat(refused.message()).contains(part).contains("; send ").doesNotContain("\n");
        });
    }

    /** Where the marker of the frame header begins. */
    private static int frameHeader(byte[] jpeg) {
        for (int at = 2; at < jpeg.length; at++) {
            if (jpeg[at] == (byte) 0xFF && jpeg[at + 1] == (byte) 0xC0) {
                return at;
            }
        }
        throw new AssertionError("no frame header");
    }

    private static byte[] gif(int screenWidth, int screenHeight, int left, int top, int width, int height) {
        byte[] gif = new byte[13 + 10];
        System.arraycopy("GIF89a".getBytes(StandardCharsets.US_ASCII), 0, gif, 0, 6);
        putShort(gif, 6, screenWidth);
        putShort(gif, 8, screenHeight);
        gif[13] = 0x2C;
        putShort(gif, 14, left);
        putShort(gif, 16, top);
        putShort(gif, 18, width);
        putShort(gif, 20, height);
        return gif;
    }

    private static void putShort(byte[] bytes, int at, int value) {
        bytes[at] = (byte) value;
        bytes[at + 1] = (byte) (value >> 8);
    }
}
