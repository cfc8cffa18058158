package flotilla.drill;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Cuts single processes off, by what belongs to them at the proxies; each cut mends by itself, and mends nothing else. Connections
 * from gateways to workers have no proxy in between and stay. Thread-safe.
 */
final class Cuts {
    /** Has something done later. */
    interface Later {
        void run(Runnable what, Duration after);
    }

    private final List<GatewayNode> gateways;
    private final List<ServiceProxy> stores;
    private final Later later;
    /** How many cuts there are of each process. */
    private final Map<ProcessHandle, Integer> cut = new ConcurrentHashMap<>();

    /**
     * @param stores before SQS and S3
     * @param later mends
     */
    Cuts(List<GatewayNode> gateways, List<ServiceProxy> stores, Later later) {
        this.gateways = List.copyOf(gateways);
        this.stores = List.copyOf(stores);
        this.later = later;
    }

    /** A gateway and the others hear nothing of each other. @return whom that has met; empty when it does not live */
    Optional<String> gateway(GatewayNode node, Duration lasting) throws IOException {
        Optional<ProcessHandle> process = node.living();
        if (process.isEmpty()) {
            return Optional.empty();
        }
        List<ServiceProxy> others = gateways.stream()
                .filter(other -> other != node)
                .map(GatewayNode::remoting)
                .toList();
        Optional<String> met = cut(process.get(), others, lasting);
        if (met.isPresent()) {
            later.run(node.remoting().gone()::end, lasting);
        }
        return met;
    }

    /** No gateway hears a worker. @return whom that has met; empty when it does not live */
    Optional<String> worker(ProcessHandle process, Duration lasting) throws IOException {
        return cut(process, gateways.stream().map(GatewayNode::remoting).toList(), lasting);
    }

    /** A worker reaches neither queues nor buckets. @return whom that has met; empty when it does not live */
    Optional<String> fromStores(ProcessHandle process, Duration lasting) throws IOException {
        return cut(process, stores, lasting);
    }

    /** Whether a process is cut off from anything. */
    boolean holds(ProcessHandle process) {
        return cut.containsKey(process);
    }

    /** Nobody is cut off any more. */
    void forget() {
        cut.clear();
    }

    private Optional<String> cut(ProcessHandle process, List<ServiceProxy> proxies, Duration lasting)
            throws IOException {
        if (!process.isAlive() || !SocketOwner.isTold()) {
            return Optional.empty();
        }
        cut.merge(process, 1, Integer::sum);
        List<ServiceProxy.Trouble> troubles = new ArrayList<>();
        for (ServiceProxy proxy : proxies) {
            troubles.add(proxy.cut(
                    port -> SocketOwner.of(port, proxy.port(), List.of(process)).isPresent()));
        }
        later.run(
                () -> {
                    troubles.forEach(ServiceProxy.Trouble::end);
                    cut.computeIfPresent(process, (same, times) -> times > 1 ? times - 1 : null);
                },
                lasting);
        return Optional.of("process " + process.pid() + " for " + lasting.toMillis() + " ms");
    }
}
