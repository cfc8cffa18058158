package flotilla.supervisor;

import flotilla.supervisor.LeaseContender.Moment;
import flotilla.supervisor.LeaseContender.Step;
import flotilla.supervisor.LeaseContender.Terms;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Several contenders over one store on virtual time, drawn from a seed: clocks that go too fast and too slow, requests and
 * answers that are late or lost, writes that come to pass long after they were given up, doubled writes, contenders that freeze
 * in the middle, die, lay the lease down or abandon it, machines that are suspended, where the monotonic clock stands still, and
 * removals of old epochs. Times are nanoseconds of true time.
 */
final class LeaseContest {
    static final long TROUBLE = TimeUnit.MINUTES.toNanos(20);
    static final long CALM = TimeUnit.MINUTES.toNanos(2);
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long CALL_WITHIN = 3 * SECOND;
    private static final long CHECK_EVERY = SECOND / 10;
    private static final int CLAIMS_BETWEEN_REMOVALS = 16;

    private record Event(long at, long number, Runnable what) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            return at != other.at ? Long.compare(at, other.at) : Long.compare(number, other.number);
        }
    }

    private final class Node {
        final String name;
        final double rate;
        final long offset;
        final LeaseContender contender;
        boolean alive = true;
        int claims;
        /** Answers to calls that were given up do not count. */
        int call;

        int timer;
        /** When its machine goes on, if it is suspended. */
        long awakeAt;
        /** How long its machine has been suspended in all, the present time included. */
        long stoodStill;

        Node(Terms terms) {
            name = "node-" + ++nodes;
            rate = 0.9 + 0.2 * random.nextDouble();
            offset = random.nextLong(1000 * SECOND);
            contender = new LeaseContender(name, terms);
        }

        /** Stands still while the machine is suspended. */
        long clock() {
            long away = stoodStill - Math.max(0, awakeAt - now);
            return offset + (long) ((now - away) * rate);
        }

        Moment moment() {
            long day = wallStops ? clock() : offset + (long) (now * rate);
            return new Moment(clock(), Instant.EPOCH.plusNanos(day));
        }

        boolean isAwake() {
            return now >= awakeAt;
        }

        boolean acts() {
            return alive && isAwake() && contender.mayAct(moment());
        }

        /** Until the trouble is over at most. */
        void suspend(long most) {
            long time = Math.min(most, TROUBLE - now);
            if (isAwake()) {
                awakeAt = now + time;
                stoodStill += time;
                after(time, () -> {});
            }
        }

        /** What its process does at that time, or as soon as its machine goes on. */
        private void does(long delay, Runnable what) {
            after(delay, () -> {
                if (isAwake()) {
                    what.run();
                } else {
                    does(awakeAt - now + between(0, SECOND / 20), what);
                }
            });
        }

        /** What its process does when so much time has passed by its monotonic clock. */
        private void doesIn(long time, Runnable what) {
            doesAt(clock() + time, what);
        }

        private void doesAt(long clock, Runnable what) {
            long left = clock - clock();
            if (left > 0 || !isAwake()) {
                long asleep = Math.max(0, awakeAt - now);
                after(asleep + (long) (Math.max(0, left) / rate) + 1, () -> doesAt(clock, what));
            } else {
                what.run();
            }
        }

        void proceed() {
            if (!alive) {
                return;
            }
            Moment mine = moment();
            Step step = contender.next(mine);
            if (step instanceof Step.Rest rest) {
                proceedIn(rest.nanos());
                return;
            }
            int number = ++call;
            doesIn(CALL_WITHIN, () -> giveUp(number));
            // Between its decision and its request it may freeze for long.
            long sent = chance(0.01) ? between(0, 40 * SECOND) : 0;
            if (chance(0.01)) {
                suspend(between(0, 120 * SECOND));
            }
            boolean lost = chance(0.1);
            if (step instanceof Step.Claim claim) {
                boolean doubled = chance(0.03);
                if (chance(0.05)) {
                    return;
                }
                does(sent, () -> {
                    long done = delay();
                    if (doubled) {
                        after(done + between(0, SECOND), () -> write(claim.epoch()));
                    }
                    after(done, () -> {
                        boolean written = write(claim.epoch());
                        answer(number, lost, () -> claimed(mine, claim.epoch(), written));
                    });
                });
            } else {
                does(
                        sent,
                        () -> after(delay(), () -> {
                            Optional<LeaseEpoch> newest = epochs.isEmpty()
                                    ? Optional.empty()
                                    : Optional.of(epochs.lastEntry().getValue());
                            answer(number, lost, () -> {
                                contender.looked(moment(), newest);
                                proceed();
                            });
                        }));
            }
        }

        private void proceedIn(long time) {
            int mine = ++timer;
            doesIn(time, () -> {
                if (timer == mine) {
                    proceed();
                }
            });
        }

        private void answer(int number, boolean lost, Runnable told) {
            if (!lost) {
                does(delay(), () -> {
                    if (alive && call == number) {
                        call++;
                        told.run();
                    }
                });
            }
        }

        private void claimed(Moment startedAt, LeaseEpoch epoch, boolean written) {
            contender.claimed(startedAt, moment(), epoch, written);
            if (written && claims++ % CLAIMS_BETWEEN_REMOVALS == 0) {
                long from = contender.keepFrom(moment());
                after(delay(), () -> epochs.headMap(from, false).clear());
            }
            proceed();
        }

        private void giveUp(int number) {
            if (alive && call == number) {
                call++;
                contender.failed(moment(), "no answer");
                proceed();
            }
        }

        /** Lays the lease down, and wants it again later. */
        void release() {
            if (alive && isAwake()) {
                call++;
                contender.release().ifPresent(epoch -> after(delay(), () -> write(epoch)));
                proceedIn(between(SECOND, 30 * SECOND));
            }
        }

        /** Fails in the middle, and wants the lease again soon. */
        void abandon() {
            if (alive && isAwake()) {
                call++;
                contender.abandon();
                proceedIn(between(0, 2 * SECOND));
            }
        }
    }

    private boolean write(LeaseEpoch epoch) {
        return epochs.putIfAbsent(epoch.number(), epoch) == null;
    }

    private final Random random;
    private final Terms terms;
    private final boolean wallStops;
    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private final TreeMap<Long, LeaseEpoch> epochs = new TreeMap<>();
    private final List<Node> all = new ArrayList<>();
    private long now;
    private long count;
    private int nodes;
    private boolean troubled = true;
    private long checks;
    private long acting;
    private String violation = "";

    LeaseContest(long seed, Terms terms) {
        this(seed, terms, false);
    }

    /** @param wallStops whether the time of day stands still, too, while a machine is suspended, and goes on from there */
    LeaseContest(long seed, Terms terms, boolean wallStops) {
        this.random = new Random(seed);
        this.terms = terms;
        this.wallStops = wallStops;
    }

    /** Runs all of it. */
    void run() {
        int contenders = 2 + random.nextInt(2);
        for (int i = 0; i < contenders; i++) {
            begin();
        }
        after(0, this::check);
        after(between(0, 60 * SECOND), this::mishap);
        runUntil(TROUBLE);
        troubled = false;
        checks = 0;
        acting = 0;
        runUntil(TROUBLE + CALM);
    }

    /** What went wrong; empty when nothing did. */
    String violation() {
        return violation;
    }

    /** The share of the calm time at the end in which somebody acted. */
    double actingInTheEnd() {
        return (double) acting / checks;
    }

    private void begin() {
        Node node = new Node(terms);
        all.add(node);
        node.proceedIn(between(0, 2 * SECOND));
    }

    private void mishap() {
        if (troubled) {
            Node victim = all.get(random.nextInt(all.size()));
            if (chance(0.4)) {
                victim.release();
            } else if (chance(0.3)) {
                victim.abandon();
            } else if (chance(0.5)) {
                victim.suspend(between(0, 120 * SECOND));
            } else {
                victim.alive = false;
                all.remove(victim);
                begin();
            }
            after(between(0, 120 * SECOND), this::mishap);
        }
    }

    private void check() {
        checks++;
        acting += actors().isEmpty() ? 0 : 1;
        after(CHECK_EVERY, this::check);
    }

    private List<String> actors() {
        return all.stream().filter(Node::acts).map(node -> node.name).toList();
    }

    private void runUntil(long end) {
        while (!events.isEmpty() && events.peek().at() <= end) {
            Event next = events.remove();
            now = next.at();
            next.what().run();
            List<String> who = actors();
            if (who.size() > 1 && violation.isEmpty()) {
                violation = "at " + Duration.ofNanos(now) + " these may act: " + who;
            }
        }
        now = end;
    }

    private void after(long delay, Runnable what) {
        events.add(new Event(now + delay, count++, what));
    }

    private long delay() {
        if (!troubled) {
            return between(SECOND / 100, SECOND / 20);
        }
        if (chance(0.02)) {
            return between(0, 30 * SECOND);
        }
        return chance(0.1) ? between(0, 3 * SECOND) : between(SECOND / 100, SECOND / 5);
    }

    private long between(long from, long to) {
        return from + (long) (random.nextDouble() * (to - from));
    }

    private boolean chance(double probability) {
        return troubled && random.nextDouble() < probability;
    }
}
