package flotilla.hostile;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32;

/**
 * Bends files at random, knowing a little of how they are built: lengths and offsets get values that programs stumble over,
 * parts are left out, doubled, moved or taken from another file, and a PNG's header keeps a right sum, or nothing behind it
 * would ever be reached. The same seed gives the same file.
 */
public final class Mutations {
    private static final int[] STRANGE = {
        0,
        1,
        2,
        3,
        7,
        8,
        0x0F,
        0x10,
        0x7F,
        0x80,
        0xFE,
        0xFF,
        0x100,
        0x3FFF,
        0x4000,
        0x7FFF,
        0x8000,
        0xFFFE,
        0xFFFF,
        0x10000,
        0xFFFFFF,
        0x7FFFFFFE,
        0x7FFFFFFF,
        0x80000000,
        0xFFFFFFFC,
        0xFFFFFFFE
    };
    private static final int MOST_STEPS = 8;
    private static final int LONGEST_PART = 400;
    private static final int LONGEST_FILE = 200_000;
    private static final int PNG_HEADER = 33;

    private final List<byte[]> seeds;

    /**
     * @param seeds files to begin with
     */
    public Mutations(List<byte[]> seeds) {
        this.seeds = seeds.stream().map(byte[]::clone).toList();
    }

    /** One bent file. */
    public byte[] next(long seed) {
        Random random = new Random(seed);
        byte[] file = any(random).clone();
        int steps = 1 + random.nextInt(MOST_STEPS);
        for (int i = 0; i < steps && file.length > 0; i++) {
            file = step(file, random);
        }
        return random.nextInt(10) == 0 ? file : withRightSum(file);
    }

    private byte[] step(byte[] file, Random random) {
        int at = position(file, random);
        return switch (random.nextInt(10)) {
            case 0 -> flipped(file, at, 1 << random.nextInt(8));
            case 1, 2 -> overwritten(file, at, 1, random);
            case 3 -> overwritten(file, at, 2, random);
            case 4 -> overwritten(file, at, 4, random);
            case 5 -> Arrays.copyOf(file, at);
            case 6 -> without(file, at, Math.min(file.length, at + 1 + random.nextInt(LONGEST_PART)));
            case 7 -> put(file, position(file, random), part(file, random), 1 + random.nextInt(20));
            case 8 -> put(file, at, part(any(random), random), 1);
            default -> noise(file, at, random);
        };
    }

    private byte[] any(Random random) {
        return seeds.get(random.nextInt(seeds.size()));
    }

    /** More often near the beginning, where the headers are. */
    private static int position(byte[] file, Random random) {
        return random.nextInt(random.nextBoolean() ? file.length : Math.min(file.length, 100));
    }

    private static byte[] flipped(byte[] file, int at, int bit) {
        file[at] ^= (byte) bit;
        return file;
    }

    private static byte[] overwritten(byte[] file, int at, int length, Random random) {
        int value = random.nextInt(4) == 0 ? random.nextInt() : STRANGE[random.nextInt(STRANGE.length)];
        ByteOrder order = random.nextBoolean() ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
        byte[] bytes = ByteBuffer.allocate(4).order(order).putInt(value).array();
        int from = order == ByteOrder.BIG_ENDIAN ? 4 - length : 0;
        for (int i = 0; i < length && at + i < file.length; i++) {
            file[at + i] = bytes[from + i];
        }
        return file;
    }

    private static byte[] noise(byte[] file, int at, Random random) {
        int length = 1 + random.nextInt(30);
        for (int i = at; i < Math.min(file.length, at + length); i++) {
            file[i] = (byte) random.nextInt();
        }
        return file;
    }

    private static byte[] part(byte[] file, Random random) {
        if (file.length == 0) {
            return file;
        }
        int from = position(file, random);
        return Arrays.copyOfRange(file, from, Math.min(file.length, from + 1 + random.nextInt(LONGEST_PART)));
    }

    private static byte[] without(byte[] file, int from, int to) {
        byte[] shorter = Arrays.copyOf(file, file.length - (to - from));
        System.arraycopy(file, to, shorter, from, file.length - to);
        return shorter;
    }

    private static byte[] put(byte[] file, int at, byte[] part, int times) {
        return file.length + part.length * times > LONGEST_FILE
                ? file
                : Encoded.inserted(file, at, Encoded.repeated(part, times));
    }

    private static byte[] withRightSum(byte[] file) {
        if (file.length >= PNG_HEADER && file[1] == 'P' && file[2] == 'N') {
            CRC32 sum = new CRC32();
            sum.update(file, 12, 17);
            ByteBuffer.wrap(file).putInt(29, (int) sum.getValue());
        }
        return file;
    }
}
