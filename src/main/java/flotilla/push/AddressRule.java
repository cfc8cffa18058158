package flotilla.push;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;

/**
 * Which addresses are on the public internet. Of IPv4 all that IANA's registry of special purposes does not keep for something
 * else; of IPv6 global unicast (2000::/3) without its special parts, and what stands for a public IPv4 address (6to4, NAT64).
 *
 * @see <a href="https://www.iana.org/assignments/iana-ipv4-special-registry">IPv4 special-purpose addresses</a>
 * @see <a href="https://www.iana.org/assignments/iana-ipv6-special-registry">IPv6 special-purpose addresses</a>
 */
final class AddressRule {
    private static final List<Block> SPECIAL_V4 = List.of(
            Block.v4(8, 0),
            Block.v4(8, 10),
            Block.v4(10, 100, 64),
            Block.v4(8, 127),
            Block.v4(16, 169, 254),
            Block.v4(12, 172, 16),
            Block.v4(24, 192, 0, 0),
            Block.v4(24, 192, 0, 2),
            Block.v4(24, 192, 88, 99),
            Block.v4(16, 192, 168),
            Block.v4(15, 198, 18),
            Block.v4(24, 198, 51, 100),
            Block.v4(24, 203, 0, 113),
            Block.v4(4, 224),
            Block.v4(4, 240));

    private static final Block GLOBAL_UNICAST = Block.v6(3, 0x20);
    private static final Block SIX_TO_FOUR = Block.v6(16, 0x20, 0x02);
    private static final Block NAT64 = Block.v6(96, 0x00, 0x64, 0xff, 0x9b);
    /** Protocol assignments (Teredo among them), documentation. */
    private static final List<Block> SPECIAL_V6 = List.of(
            Block.v6(23, 0x20, 0x01, 0x00), Block.v6(32, 0x20, 0x01, 0x0d, 0xb8), Block.v6(20, 0x3f, 0xff, 0x00));

    /** The interface identifier of ISATAP, whose last four bytes are an IPv4 address. */
    private static final byte[] ISATAP = {0x00, 0x00, 0x5e, (byte) 0xfe};

    private record Block(int bits, byte[] begin) {
        static Block v4(int bits, int... begin) {
            return new Block(bits, bytes(4, begin));
        }

        static Block v6(int bits, int... begin) {
            return new Block(bits, bytes(16, begin));
        }

        private static byte[] bytes(int length, int... begin) {
            byte[] all = new byte[length];
            for (int i = 0; i < begin.length; i++) {
                all[i] = (byte) begin[i];
            }
            return all;
        }

        boolean contains(byte[] address) {
            for (int bit = 0; bit < bits; bit++) {
                int mask = 0x80 >> (bit % 8);
                if ((address[bit / 8] & mask) != (begin[bit / 8] & mask)) {
                    return false;
                }
            }
            return true;
        }
    }

    private AddressRule() {}

    /** Whether an address is one of the public internet, for a single receiver. */
    static boolean isPublic(InetAddress address) {
        byte[] bytes = address.getAddress();
        return address instanceof Inet4Address ? isPublicV4(bytes) : isPublicV6(bytes);
    }

    private static boolean isPublicV4(byte[] address) {
        return SPECIAL_V4.stream().noneMatch(block -> block.contains(address));
    }

    private static boolean isPublicV6(byte[] address) {
        if (NAT64.contains(address)) {
            return isPublicV4(Arrays.copyOfRange(address, 12, 16));
        }
        if (!GLOBAL_UNICAST.contains(address) || SPECIAL_V6.stream().anyMatch(block -> block.contains(address))) {
            return false;
        }
        if (SIX_TO_FOUR.contains(address)) {
            return isPublicV4(Arrays.copyOfRange(address, 2, 6));
        }
        byte[] identifier = Arrays.copyOfRange(address, 8, 12);
        identifier[0] &= (byte) 0xfd;
        return !Arrays.equals(identifier, ISATAP) || isPublicV4(Arrays.copyOfRange(address, 12, 16));
    }
}
