package flotilla.drill;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Cuts single processes off, by what belongs to them at the proxies; each cut mends by itself. Connections from gateways to workers have
 * no proxy in between and stay.
 */
final class Cuts {
    private final DrillSystem system;
    private final ScheduledExecutorService healer;

    /** @param healer mends */
    Cuts(DrillSystem system, ScheduledExecutorService healer) {
        this.system = system;
        this.healer = healer;
    }

    /** A gateway and the others hear nothing of each other. @return whom that has met; empty when it does not live */
    Optional<String> gateway(GatewayNode node, Duration lasting) throws IOException {
        Optional<ProcessHandle> process = node.living();
        if (process.isEmpty()) {
            return Optional.empty();
        }
        List<ServiceProxy> others = system.gateways().stream()
                .filter(other -> other != node)
                .map(GatewayNode::remoting)
                .toList();
        Optional<String> met = cut(process.get(), others, lasting);
        if (met.isPresent()) {
            node.remoting().gone();
            mend(node.remoting()::heal, lasting);
        }
        return met;
    }

    /** No gateway hears a worker. @return whom that has met; empty when it does not live */
    Optional<String> worker(ProcessHandle process, Duration lasting) throws IOException {
        return cut(
                process, system.gateways().stream().map(GatewayNode::remoting).toList(), lasting);
    }

    /** A worker reaches neither queues nor buckets. @return whom that has met; empty when it does not live */
    Optional<String> fromStores(ProcessHandle process, Duration lasting) throws IOException {
        return cut(process, Stream.of("sqs", "s3").map(system::service).toList(), lasting);
    }

    private Optional<String> cut(ProcessHandle process, List<ServiceProxy> proxies, Duration lasting)
            throws IOException {
        if (!process.isAlive() || !SocketOwner.isTold()) {
            return Optional.empty();
        }
        List<Runnable> mending = new ArrayList<>();
        for (ServiceProxy proxy : proxies) {
            ServiceProxy.Whose its =
                    port -> SocketOwner.of(port, proxy.port(), List.of(process)).isPresent();
            mending.add(() -> proxy.mend(its));
            proxy.cut(its);
        }
        mend(() -> mending.forEach(Runnable::run), lasting);
        return Optional.of("process " + process.pid() + " for " + lasting.toMillis() + " ms");
    }

    private void mend(Runnable mending, Duration after) {
        healer.schedule(mending, after.toMillis(), TimeUnit.MILLISECONDS);
    }
}
