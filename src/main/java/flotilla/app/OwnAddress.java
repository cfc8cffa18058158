package flotilla.app;

import flotilla.config.PrivateNetwork;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The IPv4 address under which other machines reach this one, when none is set: one of a private network if there is one. Bridges that
 * containers and virtual machines are tied to lead to this machine's own and are passed over, as is what is down.
 */
final class OwnAddress {
    /**
     * An address of this machine.
     *
     * @param network name of the interface that has it, and is up
     */
    record Seen(String network, InetAddress address) {}

    private static final Pattern BRIDGE = Pattern.compile(
            "(docker|br-[0-9a-f]{12}|veth|virbr|vnet|cni|podman|lxcbr|lxdbr|cali|flannel|vmnet|vboxnet).*");

    private OwnAddress() {}

    /**
     * Looks at this machine; empty when it has loopback only.
     *
     * @throws SocketException when its interfaces cannot be read
     */
    static Optional<String> find() throws SocketException {
        List<NetworkInterface> networks = Collections.list(NetworkInterface.getNetworkInterfaces());
        networks.sort(Comparator.comparingInt(NetworkInterface::getIndex));
        List<Seen> seen = new ArrayList<>();
        for (NetworkInterface network : networks) {
            if (network.isUp()) {
                network.inetAddresses().forEach(address -> seen.add(new Seen(network.getName(), address)));
            }
        }
        return choose(seen);
    }

    /** The first one of the best kind. */
    static Optional<String> choose(List<Seen> seen) {
        return seen.stream()
                .filter(each -> !BRIDGE.matcher(each.network()).matches())
                .map(Seen::address)
                .filter(address -> address instanceof Inet4Address && !address.isLoopbackAddress())
                .min(Comparator.comparingInt(OwnAddress::rank))
                .map(InetAddress::getHostAddress);
    }

    /** Link-local ones are last: a machine gives them to itself when nobody else does. */
    private static int rank(InetAddress address) {
        if (address.isLinkLocalAddress()) {
            return 2;
        }
        return PrivateNetwork.has(address) ? 0 : 1;
    }
}
