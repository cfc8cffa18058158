package flotilla.scaling.chaos.late;

import flotilla.domain.QueueDepth;
import flotilla.scaling.FleetObservation.DrainConfirmation;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/** The request queue and the two terminate queues, with leases that end and counters that are wrong, late or unavailable. */
final class LateQueues {
    static final int LEASE = 15;
    /** How far the counters may lag behind, in seconds. */
    private static final int LAG = 12;

    private record Returned(int at, int messages, long request) {}

    private final Random random;
    private final Deque<QueueDepth> counters = new ArrayDeque<>();
    private final List<Returned> leases = new ArrayList<>();
    private final List<DrainConfirmation> confirmations = new ArrayList<>();
    private final Set<Long> done = new HashSet<>();
    final List<Long> requests = new ArrayList<>();
    int queued;

    LateQueues(Random random) {
        this.random = random;
    }

    /** Leases of dead workers end. */
    void tick(int now, int inHand) {
        for (Returned one : leases.stream().filter(lease -> lease.at() <= now).toList()) {
            leases.remove(one);
            queued += one.messages();
            if (one.request() > 0 && !done.contains(one.request())) {
                requests.add(one.request());
            }
        }
        counters.addFirst(new QueueDepth(queued, inHand + leased(), 0));
        if (counters.size() > LAG) {
            counters.removeLast();
        }
    }

    /** What a worker held comes back when its leases end. */
    void lost(int now, int messages, long request) {
        if (messages > 0 || request > 0) {
            leases.add(new Returned(now + LEASE, messages, request));
        }
    }

    int leased() {
        return leases.stream().mapToInt(Returned::messages).sum();
    }

    Optional<QueueDepth> depth(boolean calm) {
        if (calm) {
            return Optional.ofNullable(counters.peekFirst());
        }
        if (random.nextInt(8) == 0) {
            return Optional.empty();
        }
        Optional<QueueDepth> then =
                counters.stream().skip(random.nextInt(counters.size() + 1)).findFirst();
        int wrong = random.nextInt(4) == 0 ? random.nextInt(7) - 3 : 0;
        return then.map(depth -> new QueueDepth(Math.max(0, depth.visible() + wrong), depth.inFlight(), 0));
    }

    /** Sends requests; those that could not be sent are returned. */
    List<Long> send(List<Long> tokens, boolean calm) {
        List<Long> unsent = new ArrayList<>();
        for (long token : tokens) {
            if (!calm && random.nextInt(12) == 0) {
                unsent.add(token);
            } else {
                requests.add(token);
            }
        }
        return unsent;
    }

    /** Takes requests out again, fewer than wanted when some cannot be seen at the moment. */
    List<Long> cancel(int count, boolean calm) {
        List<Long> back = new ArrayList<>();
        while (back.size() < count && !requests.isEmpty() && (calm || random.nextInt(10) > 0)) {
            back.add(requests.remove(random.nextInt(requests.size())));
        }
        return back;
    }

    /** The next request that is not older than given; older ones are thrown away. A message may be delivered twice. */
    Optional<Long> take(long from, boolean calm) {
        while (!requests.isEmpty()) {
            boolean twice = !calm && random.nextInt(20) == 0;
            long token = twice ? requests.get(0) : requests.remove(0);
            if (token >= from) {
                return Optional.of(token);
            }
            requests.remove(token);
        }
        return Optional.empty();
    }

    /** Who confirms a request deletes it, too. */
    void confirm(DrainConfirmation confirmation, boolean calm) {
        done.add(confirmation.token());
        requests.remove(confirmation.token());
        confirmations.add(confirmation);
        if (!calm && random.nextInt(5) == 0) {
            confirmations.add(confirmation);
        }
    }

    List<DrainConfirmation> confirmations(boolean calm) {
        if (!calm && random.nextInt(8) == 0) {
            return List.of();
        }
        List<DrainConfirmation> all = List.copyOf(confirmations);
        confirmations.clear();
        return all;
    }
}
