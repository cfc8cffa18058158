package flotilla.config;

import java.net.Inet6Address;
import java.net.InetAddress;

/** Which addresses are reached from one's own machine or a private network only, and not from the public internet. */
public final class PrivateNetwork {
    /** The first seven bits of the addresses that IPv6 keeps for private networks, fc00::/7. */
    private static final int UNIQUE_LOCAL = 0xfc;

    private static final int UNIQUE_LOCAL_MASK = 0xfe;

    /** Addresses that providers and clouds share behind their own borders, 100.64.0.0/10; RFC 6598. */
    private static final int SHARED = 100;

    private static final int SHARED_SECOND = 64;
    private static final int SHARED_MASK = 0xc0;

    private PrivateNetwork() {}

    /**
     * Whether an address is one of loopback, of a private network (10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, fc00::/7, the shared
     * 100.64.0.0/10) or link-local. The address that stands for all of a machine is not.
     */
    public static boolean has(InetAddress address) {
        boolean uniqueLocal =
                address instanceof Inet6Address && (address.getAddress()[0] & UNIQUE_LOCAL_MASK) == UNIQUE_LOCAL;
        return address.isLoopbackAddress()
                || address.isSiteLocalAddress()
                || address.isLinkLocalAddress()
                || uniqueLocal
                || isShared(address.getAddress());
    }

    private static boolean isShared(byte[] address) {
        return address.length == 4 && address[0] == SHARED && (address[1] & SHARED_MASK) == SHARED_SECOND;
    }
}
