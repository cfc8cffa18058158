package flotilla.push;

import flotilla.push.News.Walk;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The wishes at hand and what is to be done next for each: look for the result, deliver, tell the store. Jobs wait in lanes, one
 * for each receiver, of which each has so many at a time and no more; so one that is slow holds up nobody but itself. It reads
 * no clock and does nothing by itself. Not safe for threads: it belongs to one actor.
 */
final class Outbox {
    /** What is to be done now. */
    sealed interface Job {
        Wish wish();

        /** See whether it is finished. */
        record Look(Wish wish, Walk walk) implements Job {}

        /** Tell the receiver. */
        record Deliver(Wish wish, Message message) implements Job {}

        /** Tell the store that it is over: fulfilled, or given up for a reason. */
        record Close(Wish wish, Optional<String> gaveUp) implements Job {}

        /** Have the store keep it apart: the receiver was told of a provisional failure. */
        record SetAside(Wish wish) implements Job {}
    }

    /** How long the result of a queue's work may take: longer than SQS keeps a message. */
    static final Duration EXPIRES_AFTER = Duration.ofDays(15);

    private static final int LOOKS_AT_A_TIME = 16;
    private static final int CLOSES_AT_A_TIME = 16;
    private static final String LOOKING = "looking";
    private static final String CLOSING = "closing";
    private static final int MOST_DOUBLINGS = 10;
    /** The share of all wishes at hand that one receiver may have, so that one that is away leaves room for the others. */
    private static final int SHARES = 4;

    private static final class Entry {
        private final String receiver;
        private Wish wish;
        private Job job;
        private Instant due;
        private Walk walk = Walk.START;
        private boolean running;
        private boolean hurry;
        private int looksInVain;

        private Entry(Wish wish) {
            this.wish = wish;
            this.receiver = wish.receiver();
        }

        private String lane() {
            return job instanceof Job.Look ? LOOKING : job instanceof Job.Deliver ? "to " + receiver : CLOSING;
        }
    }

    private static final class Lane {
        private final TreeSet<Entry> waiting = new TreeSet<>(
                Comparator.comparing((Entry entry) -> entry.due).thenComparing(entry -> entry.wish.name()));
        private int running;
    }

    private final int most;
    private final int concurrentPerReceiver;
    private final Map<String, Entry> entries = new HashMap<>();
    private final Map<String, Set<String>> byId = new HashMap<>();
    private final Map<String, Lane> lanes = new LinkedHashMap<>();
    private final Map<String, Integer> byReceiver = new HashMap<>();
    private final Set<String> closedSinceSweep = new HashSet<>();

    /**
     * @param most wishes at hand, and a quarter of it for one receiver; more stay in the store until there is room
     */
    Outbox(int most, int concurrentPerReceiver) {
        this.most = most;
        this.concurrentPerReceiver = concurrentPerReceiver;
    }

    boolean has(String name) {
        return entries.containsKey(name);
    }

    int size() {
        return entries.size();
    }

    int most() {
        return most;
    }

    /** Whether most of what was at hand is over, so that it is worth while to look for more. */
    boolean isNearlyEmpty() {
        return entries.size() <= most / (2 * SHARES);
    }

    /**
     * Takes a wish in hand; its result is looked for at once, or when its next attempt is due. One at hand stays as it is.
     *
     * @return false when there is no room
     */
    boolean add(Wish wish, Instant now) {
        if (entries.containsKey(wish.name())) {
            return true;
        }
        Entry entry = new Entry(wish);
        if (entries.size() >= most || byReceiver.getOrDefault(entry.receiver, 0) >= Math.max(1, most / SHARES)) {
            return false;
        }
        byReceiver.merge(entry.receiver, 1, Integer::sum);
        entries.put(wish.name(), entry);
        byId.computeIfAbsent(wish.id(), id -> new HashSet<>()).add(wish.name());
        plan(entry, new Job.Look(wish, Walk.START), wish.failures().next().orElse(now));
        return true;
    }

    /** A request has its result: who waits for it is told now. */
    void answered(String id, Instant now) {
        byId.getOrDefault(id, Set.of()).forEach(name -> {
            Entry entry = entries.get(name);
            if (entry.job instanceof Job.Look && entry.wish.failures().next().isEmpty()) {
                entry.hurry = true;
                if (!entry.running) {
                    plan(entry, entry.job, now);
                }
            }
        });
    }

    /** What is to be started now; each job's end must be told. */
    List<Job> start(Instant now) {
        List<Job> jobs = new ArrayList<>();
        lanes.forEach((name, lane) -> {
            while (lane.running < capacity(name)
                    && !lane.waiting.isEmpty()
                    && !lane.waiting.first().due.isAfter(now)) {
                Entry entry = lane.waiting.pollFirst();
                entry.running = true;
                entry.hurry = false;
                lane.running++;
                jobs.add(entry.job);
            }
        });
        return jobs;
    }

    private int capacity(String lane) {
        return switch (lane) {
            case LOOKING -> LOOKS_AT_A_TIME;
            case CLOSING -> CLOSES_AT_A_TIME;
            default -> concurrentPerReceiver;
        };
    }

    /** A look found it unfinished: the next one comes later, the later the longer nothing has moved. */
    void notYet(String name, Walk walk, Instant now) {
        Entry entry = ended(name);
        entry.looksInVain = walk.equals(entry.walk) ? entry.looksInVain + 1 : 0;
        entry.walk = walk;
        if (Duration.between(entry.wish.since(), now).compareTo(EXPIRES_AFTER) > 0) {
            plan(entry, new Job.Close(entry.wish, Optional.of("there was no result in all this time")), now);
        } else {
            Duration wait = entry.hurry ? Duration.ZERO : untilNextLook(entry);
            plan(entry, new Job.Look(entry.wish, walk), now.plus(wait));
        }
    }

    /** A request's answer is told of when it comes, so looks are for those that got lost; a batch's last one is not. */
    private static Duration untilNextLook(Entry entry) {
        boolean batch = entry.wish.about() == Wish.About.BATCH;
        Duration first = batch ? Duration.ofSeconds(2) : Duration.ofSeconds(30);
        Duration longest = batch ? Duration.ofSeconds(30) : Duration.ofMinutes(5);
        Duration doubled = first.multipliedBy(1L << Math.min(entry.looksInVain, MOST_DOUBLINGS));
        return doubled.compareTo(longest) < 0 ? doubled : longest;
    }

    /** A look found it finished. */
    void ready(String name, Message message, Instant now) {
        Entry entry = ended(name);
        plan(entry, new Job.Deliver(entry.wish, message), now);
    }

    /** An attempt was in vain: the next one comes when the wish says. */
    void retry(Wish failed, Message message) {
        Entry entry = ended(failed.name());
        entry.wish = failed;
        plan(entry, new Job.Deliver(failed, message), failed.failures().next().orElseThrow());
    }

    /** It is over, and the store must hear of it. */
    void close(String name, Optional<String> gaveUp, Instant now) {
        Entry entry = ended(name);
        plan(entry, new Job.Close(entry.wish, gaveUp), now);
    }

    /** The receiver was told of a provisional failure, and the store must keep the wish apart. */
    void setAside(Wish told, Instant now) {
        Entry entry = ended(told.name());
        entry.wish = told;
        plan(entry, new Job.SetAside(told), now);
    }

    /** The job could not be done; it is tried again. */
    void again(String name, Instant due) {
        Entry entry = ended(name);
        plan(entry, entry.job, due);
    }

    /** The store knows that it is over, or keeps it apart. */
    void closed(String name) {
        Entry entry = ended(name);
        entries.remove(name);
        byReceiver.computeIfPresent(entry.receiver, (receiver, count) -> count == 1 ? null : count - 1);
        closedSinceSweep.add(name);
        Set<String> names = byId.get(entry.wish.id());
        names.remove(name);
        if (names.isEmpty()) {
            byId.remove(entry.wish.id());
        }
    }

    /** From now on the store is asked for its wishes; those closed meanwhile may be among them. */
    void beginSweep() {
        closedSinceSweep.clear();
    }

    /** Those that are neither at hand nor over, as many as there is room for. */
    List<String> unknown(List<String> names) {
        return names.stream()
                .filter(name -> !entries.containsKey(name) && !closedSinceSweep.contains(name))
                .limit(Math.max(0, most - entries.size()))
                .toList();
    }

    /** Whether a name read from the store is over by now. */
    boolean isClosed(String name) {
        return closedSinceSweep.contains(name);
    }

    private Entry ended(String name) {
        Entry entry = entries.get(name);
        if (entry == null || !entry.running) {
            throw new IllegalStateException("no job runs for " + name);
        }
        entry.running = false;
        String lane = entry.lane();
        lanes.get(lane).running--;
        forgetIfIdle(lane);
        return entry;
    }

    private void plan(Entry entry, Job job, Instant due) {
        if (entry.job != null && lanes.containsKey(entry.lane())) {
            lanes.get(entry.lane()).waiting.remove(entry);
            forgetIfIdle(entry.lane());
        }
        entry.job = job;
        entry.due = due;
        lanes.computeIfAbsent(entry.lane(), lane -> new Lane()).waiting.add(entry);
    }

    private void forgetIfIdle(String lane) {
        if (lanes.get(lane).running == 0 && lanes.get(lane).waiting.isEmpty()) {
            lanes.remove(lane);
        }
    }
}
