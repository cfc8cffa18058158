package flotilla.hostile;

import static flotilla.domain.FailureCode.DAMAGED;
import static flotilla.domain.FailureCode.TOO_MANY_PIXELS;
import static flotilla.hostile.Encoded.ascii;
import static flotilla.hostile.Encoded.joined;
import static flotilla.hostile.Encoded.repeated;
import static flotilla.hostile.Encoded.with;
import static flotilla.hostile.HostileImage.RefusedBy.DECODER;
import static flotilla.hostile.HostileImage.RefusedBy.HEADER;
import static flotilla.hostile.HostileImage.labelled;
import static flotilla.hostile.HostileImage.refused;
import static flotilla.hostile.Png.END;
import static flotilla.hostile.Png.GREY;
import static flotilla.hostile.Png.PALETTE;
import static flotilla.hostile.Png.RGB;
import static flotilla.hostile.Png.SIGNATURE;
import static flotilla.hostile.Png.chunk;
import static flotilla.hostile.Png.data;
import static flotilla.hostile.Png.header;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** PNGs that are damaged, swollen or lie. */
final class HostilePngs {
    /** What a bomb unpacks to, in bytes. */
    private static final long BOMB = 64 << 20;

    private static final byte[] GREY_HEADER = header(16, 16, 8, GREY);
    private static final byte[] SOUND = joined(SIGNATURE, GREY_HEADER, data(Png.smallData(7)), END);

    private HostilePngs() {}

    static List<HostileImage> all() {
        return Arrays.asList(
                refused(
                        "png-huge-dimensions",
                        HEADER,
                        TOO_MANY_PIXELS,
                        joined(SIGNATURE, header(0x7FFFFFFF, 0x7FFFFFFF, 8, RGB))),
                refused("png-overlong-side", HEADER, TOO_MANY_PIXELS, joined(SIGNATURE, header(70_000, 1, 8, RGB))),
                refused("png-zero-width", HEADER, DAMAGED, joined(SIGNATURE, header(0, 16, 8, RGB))),
                refused("png-negative-height", HEADER, DAMAGED, joined(SIGNATURE, header(16, -1, 8, RGB))),
                refused("png-three-bits", HEADER, DAMAGED, joined(SIGNATURE, header(16, 16, 3, GREY))),
                refused("png-header-with-wrong-sum", HEADER, DAMAGED, with(SOUND, 29, SOUND[29] + 1)),
                refused("png-header-alone", DECODER, DAMAGED, joined(SIGNATURE, GREY_HEADER)),
                refused("png-without-data", DECODER, DAMAGED, joined(SIGNATURE, GREY_HEADER, END)),
                refused(
                        "png-data-is-noise",
                        DECODER,
                        DAMAGED,
                        joined(SIGNATURE, GREY_HEADER, chunk("IDAT", noise(300)), END)),
                refused(
                        "png-data-is-empty",
                        DECODER,
                        DAMAGED,
                        joined(SIGNATURE, GREY_HEADER, chunk("IDAT", new byte[0]), END)),
                refused("png-data-is-cut-off", DECODER, DAMAGED, Arrays.copyOf(SOUND, SOUND.length - END.length - 10)),
                refused(
                        "png-data-for-half-the-rows",
                        DECODER,
                        DAMAGED,
                        joined(SIGNATURE, GREY_HEADER, data(Arrays.copyOf(Png.smallData(1), 8 * 17)), END)),
                refused(
                        "png-unknown-filter",
                        DECODER,
                        DAMAGED,
                        joined(SIGNATURE, GREY_HEADER, data(with(Png.smallData(1), 17, 9)), END)),
                refused(
                        "png-chunk-longer-than-the-file",
                        DECODER,
                        DAMAGED,
                        joined(
                                SIGNATURE,
                                GREY_HEADER,
                                with(chunk("tEXt", new byte[8]), 0, 0x7F, 0xFF, 0xFF, 0xF0),
                                data(Png.smallData(1)))),
                refused(
                        "png-chunk-of-negative-length",
                        DECODER,
                        DAMAGED,
                        joined(
                                SIGNATURE,
                                GREY_HEADER,
                                with(chunk("tEXt", new byte[8]), 0, 0xFF, 0xFF, 0xFF, 0xFC),
                                data(Png.smallData(1)))),
                refused(
                        "png-palette-is-missing",
                        DECODER,
                        DAMAGED,
                        joined(SIGNATURE, header(16, 16, 8, PALETTE), data(Png.smallData(0)), END)),
                labelled(
                        "png-pixels-up-to-the-limit",
                        joined(SIGNATURE, header(7071, 7071, 1, GREY), Png.blackData(7071, 884), END)),
                labelled("png-one-row", joined(SIGNATURE, header(65_535, 1, 8, GREY), Png.blackData(1, 65_535), END)),
                labelled(
                        "png-one-column", joined(SIGNATURE, header(1, 65_535, 8, GREY), Png.blackData(65_535, 1), END)),
                labelled("png-text-bomb", paletteWith(compressedText("zTXt"))),
                labelled("png-international-text-bomb", paletteWith(internationalText())),
                labelled("png-profile-bomb", paletteWith(compressedText("iCCP"))),
                labelled(
                        "png-text-bomb-before-grey",
                        joined(SIGNATURE, GREY_HEADER, compressedText("zTXt"), data(Png.smallData(7)), END)),
                labelled(
                        "png-bomb-behind-its-pixels",
                        joined(SIGNATURE, GREY_HEADER, Png.blackData(1 << 16, 1 << 10), END)),
                labelled("png-twenty-thousand-texts", paletteWith(repeated(chunk("tEXt", ascii("k\0v")), 20_000))),
                refused("png-thousands-of-palettes", DECODER, DAMAGED, paletteWith(repeated(Png.palette(), 5_000))),
                labelled(
                        "png-data-in-single-bytes",
                        joined(SIGNATURE, GREY_HEADER, singleBytes(Png.deflated(Png.smallData(7))), END)),
                labelled(
                        "png-twenty-thousand-empty-data-chunks",
                        joined(
                                SIGNATURE,
                                GREY_HEADER,
                                repeated(chunk("IDAT", new byte[0]), 20_000),
                                data(Png.smallData(7)),
                                END)),
                labelled("png-data-with-wrong-sum", withWrongDataSum()),
                labelled(
                        "png-of-sixteen-bits-and-alpha",
                        joined(SIGNATURE, header(16, 16, 16, 6), Png.blackData(16, 16 * 8), END)),
                labelled("png-grey-with-alpha", joined(SIGNATURE, header(16, 16, 8, 4), Png.blackData(16, 32), END)),
                labelled(
                        "png-animated",
                        joined(SIGNATURE, GREY_HEADER, animation(), data(Png.smallData(7)), frames(200), END)),
                labelled(
                        "png-lying-exif",
                        joined(SIGNATURE, GREY_HEADER, chunk("eXIf", LyingExif.bytes()), data(Png.smallData(7)), END)),
                labelled("png-with-a-page-behind-it", joined(SOUND, ascii("<html><script>alert(1)</script></html>"))),
                labelled(
                        "png-with-a-page-in-its-text",
                        joined(
                                SIGNATURE,
                                GREY_HEADER,
                                chunk("tEXt", ascii("Comment\0<script>alert(1)</script>")),
                                data(Png.smallData(7)),
                                END)));
    }

    private static byte[] paletteWith(byte[] chunks) {
        return joined(SIGNATURE, header(16, 16, 8, PALETTE), Png.palette(), chunks, data(Png.smallData(1)), END);
    }

    private static byte[] compressedText(String name) {
        return chunk(name, joined(ascii("k\0\0"), Png.deflatedZeros(BOMB)));
    }

    private static byte[] internationalText() {
        return chunk("iTXt", joined(ascii("k\0\1\0en\0k\0"), Png.deflatedZeros(BOMB)));
    }

    private static byte[] singleBytes(byte[] deflated) {
        byte[][] chunks = new byte[deflated.length][];
        for (int i = 0; i < deflated.length; i++) {
            chunks[i] = chunk("IDAT", new byte[] {deflated[i]});
        }
        return joined(chunks);
    }

    private static byte[] withWrongDataSum() {
        return with(SOUND, SOUND.length - END.length - 1, SOUND[SOUND.length - END.length - 1] + 1);
    }

    private static byte[] animation() {
        return joined(
                chunk("acTL", ByteBuffer.allocate(8).putInt(Integer.MAX_VALUE).array()), frameControl(0));
    }

    private static byte[] frameControl(int number) {
        return chunk(
                "fcTL",
                ByteBuffer.allocate(26).putInt(number).putInt(16).putInt(16).array());
    }

    private static byte[] frames(int count) {
        byte[] pixels = Png.deflated(Png.smallData(3));
        byte[][] frames = new byte[count][];
        for (int i = 0; i < count; i++) {
            byte[] numbered = ByteBuffer.allocate(4 + pixels.length)
                    .putInt(2 * i + 2)
                    .put(pixels)
                    .array();
            frames[i] = joined(frameControl(2 * i + 1), chunk("fdAT", numbered));
        }
        return joined(frames);
    }

    private static byte[] noise(int length) {
        byte[] noise = new byte[length];
        new Random(7).nextBytes(noise);
        return noise;
    }
}
