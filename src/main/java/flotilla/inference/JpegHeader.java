package flotilla.inference;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a JPEG says of itself before its data.
 *
 * @param components colours of a pixel: 1 grey, 3 YCbCr or RGB, 4 CMYK or YCCK
 * @param adobeTransform from Adobe's marker: 0 for RGB and CMYK, 1 for YCbCr, 2 for YCCK; empty when there is none
 * @param exif where the EXIF data is, which begins as a TIFF file does
 * @see <a href="https://www.w3.org/Graphics/JPEG/itu-t81.pdf">ITU-T T.81, annex B</a>
 */
record JpegHeader(int width, int height, int components, OptionalInt adobeTransform, Optional<Bytes.Range> exif)
        implements ImageSize {
    private static final int EOI = 0xD9;
    private static final int SOS = 0xDA;
    private static final int APP1 = 0xE1;
    private static final int APP2 = 0xE2;
    private static final int APP14 = 0xEE;
    private static final String EXIF = "Exif\0\0";
    private static final String PROFILE = "ICC_PROFILE\0";
    private static final String ADOBE = "Adobe";
    private static final int ADOBE_TRANSFORM_AT = 11;

    /** Reads a JPEG of which {@code bytes} is the beginning. */
    static HeaderScan<JpegHeader> scan(byte[] bytes) {
        return new Reader(bytes).read();
    }

    /** How often pixel data begins in {@code jpeg}, previews in its metadata included. */
    static int scans(byte[] jpeg) {
        int scans = 0;
        for (int at = 1; at < jpeg.length; at++) {
            // Within the data itself, every 0xFF is followed by 0 or by the number of a restart.
            if (jpeg[at] == (byte) SOS && jpeg[at - 1] == (byte) 0xFF) {
                scans++;
            }
        }
        return scans;
    }

    /**
     * The same JPEG with its colour profiles hidden. ImageIO would spend longer on converting the colours than on decoding,
     * to values that models were not trained on, and stumbles over profiles that no other decoder minds.
     *
     * @return {@code jpeg} itself when it has none
     */
    static byte[] withoutProfiles(byte[] jpeg) {
        byte[] hidden = jpeg;
        for (int at = 2; at < jpeg.length; at++) {
            boolean profile =
                    jpeg[at] == (byte) APP2 && jpeg[at - 1] == (byte) 0xFF && Bytes.isAt(jpeg, at + 3, PROFILE);
            if (profile) {
                hidden = hidden == jpeg ? jpeg.clone() : hidden;
                hidden[at + 3] = 'X';
            }
        }
        return hidden;
    }

    /** Goes from marker to marker up to the data, or as far as there are bytes. */
    private static final class Reader {
        private final byte[] bytes;
        private JpegHeader frame;
        private OptionalInt adobeTransform = OptionalInt.empty();
        private Optional<Bytes.Range> exif = Optional.empty();

        private Reader(byte[] bytes) {
            this.bytes = bytes;
        }

        private HeaderScan<JpegHeader> read() {
            int at = 2;
            while (true) {
                // Like libjpeg, pass over stray bytes before a marker and any number of fill bytes in it.
                while (at < bytes.length && bytes[at] != (byte) 0xFF) {
                    at++;
                }
                while (at < bytes.length && bytes[at] == (byte) 0xFF) {
                    at++;
                }
                if (at >= bytes.length) {
                    return ended();
                }
                int marker = bytes[at++] & 0xFF;
                if (marker == 0 || marker == 0x01 || marker >= 0xD0 && marker <= 0xD8) {
                    continue; // A stuffed byte, TEM, RSTn, SOI: no segment follows.
                }
                if (marker == EOI || marker == SOS) {
                    return frame == null
                            ? new HeaderScan.Broken<>("has no frame header before its data")
                            : new HeaderScan.Found<>(whole());
                }
                if (bytes.length < at + 2) {
                    return ended();
                }
                int length = Bytes.big16(bytes, at);
                if (frame == null && isFrameHeader(marker)) {
                    Optional<HeaderScan<JpegHeader>> refused = readFrame(at, marker, length);
                    if (refused.isPresent()) {
                        return refused.get();
                    }
                } else if (length < 2) {
                    return new HeaderScan.Broken<>("has broken segments");
                }
                readMetadata(marker, at + 2, Math.min(bytes.length, at + length));
                at += length;
            }
        }

        private HeaderScan<JpegHeader> ended() {
            return frame == null ? new HeaderScan.Ended<>() : new HeaderScan.Found<>(whole());
        }

        private JpegHeader whole() {
            return new JpegHeader(frame.width, frame.height, frame.components, adobeTransform, exif);
        }

        /** Empty when the frame is one that is decoded here. */
        private Optional<HeaderScan<JpegHeader>> readFrame(int at, int marker, int length) {
            if (marker == 0xC9 || marker == 0xCA) {
                return Optional.of(new HeaderScan.Unsupported<>("is coded arithmetically, which is not decoded here"));
            }
            if (marker != 0xC0 && marker != 0xC1 && marker != 0xC2) {
                return Optional.of(
                        new HeaderScan.Unsupported<>("is lossless or hierarchical, which is not decoded here"));
            }
            if (length < 8) {
                return Optional.of(new HeaderScan.Broken<>("has a broken frame header"));
            }
            if (bytes.length < at + 8) {
                return Optional.of(new HeaderScan.Ended<>());
            }
            int precision = bytes[at + 2] & 0xFF;
            int components = bytes[at + 7] & 0xFF;
            if (components == 0 || length != 8 + 3 * components) {
                return Optional.of(new HeaderScan.Broken<>("has a broken frame header"));
            }
            if (precision != 8) {
                return Optional.of(new HeaderScan.Unsupported<>(
                        "has " + precision + " bits for each sample, which is not decoded here"));
            }
            frame = new JpegHeader(
                    Bytes.big16(bytes, at + 5),
                    Bytes.big16(bytes, at + 3),
                    components,
                    OptionalInt.empty(),
                    Optional.empty());
            return Optional.empty();
        }

        private void readMetadata(int marker, int from, int to) {
            if (marker == APP1 && exif.isEmpty() && Bytes.isAt(bytes, from, EXIF)) {
                exif = Optional.of(new Bytes.Range(Math.min(to, from + EXIF.length()), to));
            } else if (marker == APP14 && to - from > ADOBE_TRANSFORM_AT && Bytes.isAt(bytes, from, ADOBE)) {
                adobeTransform = OptionalInt.of(bytes[from + ADOBE_TRANSFORM_AT] & 0xFF);
            }
        }

        /** SOF0 to SOF15 without DHT, JPG and DAC, which lie among them. */
        private static boolean isFrameHeader(int marker) {
            return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
        }
    }
}
