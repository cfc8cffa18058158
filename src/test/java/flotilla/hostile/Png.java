package flotilla.hostile;

import static flotilla.hostile.Encoded.ascii;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;

/** Writes PNGs chunk by chunk, right or wrong. */
final class Png {
    static final int GREY = 0;
    static final int RGB = 2;
    static final int PALETTE = 3;
    static final byte[] SIGNATURE = ascii("\u0089PNG\r\n\u001A\n");
    static final byte[] END = chunk("IEND", new byte[0]);

    private Png() {}

    static byte[] chunk(String name, byte[] data) {
        ByteBuffer chunk = ByteBuffer.allocate(12 + data.length);
        chunk.putInt(data.length).put(ascii(name)).put(data);
        CRC32 sum = new CRC32();
        sum.update(chunk.array(), 4, 4 + data.length);
        return chunk.putInt((int) sum.getValue()).array();
    }

    static byte[] header(int width, int height, int depth, int colour) {
        return header(width, height, depth, colour, 0);
    }

    static byte[] header(int width, int height, int depth, int colour, int interlace) {
        ByteBuffer data = ByteBuffer.allocate(13).putInt(width).putInt(height);
        data.put((byte) depth).put((byte) colour).put((byte) 0).put((byte) 0).put((byte) interlace);
        return chunk("IHDR", data.array());
    }

    /** Two colours. */
    static byte[] palette() {
        return chunk("PLTE", new byte[] {0, 0, 0, (byte) 255, (byte) 255, (byte) 255});
    }

    static byte[] data(byte[] scanlines) {
        return chunk("IDAT", deflated(scanlines));
    }

    /** Rows of zeros. */
    static byte[] blackData(int rows, int bytesEach) {
        return chunk("IDAT", deflatedZeros((long) rows * (1 + bytesEach)));
    }

    static byte[] deflated(byte[] bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (DeflaterOutputStream deflater = new DeflaterOutputStream(out)) {
            deflater.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    static byte[] deflatedZeros(long count) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Deflater fast = new Deflater(Deflater.BEST_SPEED);
        byte[] piece = new byte[1 << 16];
        try (DeflaterOutputStream deflater = new DeflaterOutputStream(out, fast, piece.length)) {
            for (long left = count; left > 0; left -= piece.length) {
                deflater.write(piece, 0, (int) Math.min(left, piece.length));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            fast.end();
        }
        return out.toByteArray();
    }

    /** 16 by 16, one byte for each pixel, all colour {@code index}. */
    static byte[] smallData(int index) {
        byte[] rows = new byte[16 * 17];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = (byte) (i % 17 == 0 ? 0 : index);
        }
        return rows;
    }
}
