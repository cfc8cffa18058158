package flotilla.config;

import java.net.Inet6Address;
import java.net.InetAddress;

/** Which addresses are reached from one's own machine or a private network only, and not from the public internet. */
public final class PrivateNetwork {
    /** The first seven bits of the addresses that IPv6 keeps for private networks, fc00::/7. */
    private static final int UNIQUE_LOCAL = 0xfc;

    private static final int UNIQUE_LOCAL_MASK = 0xfe;

    private PrivateNetwork() {}

    /**
     * Whether an address is one of loopback, of a private network (10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, fc00::/7) or
     * link-local. The address that stands for all of a machine is not.
     */
    public static boolean has(InetAddress address) {
        boolean uniqueLocal =
                address instanceof Inet6Address && (address.getAddress()[0] & UNIQUE_LOCAL_MASK) == UNIQUE_LOCAL;
        return address.isLoopbackAddress()
                || address.isSiteLocalAddress()
                || address.isLinkLocalAddress()
                || uniqueLocal;
    }
}
