package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.app.OwnAddress.Seen;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OwnAddressTest {
    /** Addresses in the order of a machine's interfaces, each {@code interface=address}. */
    private static List<Seen> machine(String networks) throws UnknownHostException {
        List<Seen> seen = new ArrayList<>();
        for (String network : networks.split(" ")) {
            String[] parts = network.split("=");
            seen.add(new Seen(parts[0], InetAddress.getByName(parts[1])));
        }
        return seen;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "lo=127.0.0.1 eth0=10.0.3.7 | 10.0.3.7",
                "eth0=203.0.113.7 eth1=10.0.3.7 | 10.0.3.7",
                "docker0=172.17.0.1 eth0=192.168.7.7 | 192.168.7.7",
                "docker0=172.17.0.1 br-5f2a77c10e9d=172.18.0.1 veth12ab=172.18.0.2 ens5=172.31.4.2 | 172.31.4.2",
                "br0=192.168.7.7 eth1=10.0.3.7 | 192.168.7.7",
                "br-lan=192.168.7.7 eth1=203.0.113.7 | 192.168.7.7",
                "eth0=203.0.113.7 eth1=100.64.3.7 | 100.64.3.7",
                "eth0=169.254.3.4 eth1=10.0.3.7 | 10.0.3.7",
                "eth0=2001:db8::7 eth0=10.0.3.7 | 10.0.3.7",
            })
    void addressOfAPrivateNetwork_shouldBePreferred(String networks, String expected) throws Exception {
        assertThat(OwnAddress.choose(machine(networks))).contains(expected);
    }

    /** Nobody else can reach a bridge of containers: better an error that tells of the other one. */
    @Test
    void publicAddress_shouldBePreferredToABridgesPrivateOne() throws Exception {
        assertThat(OwnAddress.choose(machine("docker0=172.17.0.1 eth0=203.0.113.7")))
                .contains("203.0.113.7");
    }

    @Test
    void machineWithoutANetwork_shouldHaveNone() throws Exception {
        assertThat(OwnAddress.choose(machine("lo=127.0.0.1 docker0=172.17.0.1 eth0=fe80::1")))
                .isEmpty();
    }

    @Test
    void addressOfThisMachine_shouldBeOneOfItsOwn() throws Exception {
        for (String found : OwnAddress.find().stream().toList()) {
            assertThat(NetworkInterface.getByInetAddress(InetAddress.getByName(found)))
                    .isNotNull();
        }
    }
}
