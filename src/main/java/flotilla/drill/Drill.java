package flotilla.drill;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * A fault drill on real processes: a system, clients that go on until they have their answers, and meanwhile faults from a seed;
 * then an account of every image. The seed decides the faults and their order; what they hit depends on the machine's timing.
 */
public final class Drill {
    /**
     * What is to be done.
     *
     * @param images each with a name of its own
     * @param kills processes to kill; other faults come between
     * @param clients images under way at the same time, at most
     * @param gateways how many
     * @param workers the most at a time
     * @param program the command that runs this program with some arguments
     * @param data an empty folder for everything that the system keeps
     * @param settings {@code key=value} pairs that cloud and gateways get
     * @param lease how long a message stays with a worker of which nothing is heard
     * @param fence how long a worker that is not heard by the supervisor asks for more
     * @param settleWithin how long the last answers, and then the end of the last instance, may take after the last fault
     */
    public record Order(
            long seed,
            List<DrillImage> images,
            int kills,
            int clients,
            int gateways,
            int workers,
            Function<List<String>, List<String>> program,
            Path data,
            List<String> settings,
            Duration lease,
            Duration fence,
            Duration settleWithin) {}

    private static final Duration START_WITHIN = Duration.ofMinutes(5);
    private static final Duration LOOK_EVERY = Duration.ofMillis(200);
    private static final int FINAL_WAIT_SECONDS = 5;
    private static final int FINAL_ATTEMPTS = 10;
    /** After so many kills there is an ebb: no image and no new fault, so that the fleet shrinks; and then a flood. */
    private static final int EBB_EVERY = 10;

    private static final Duration EBB_WITHIN = Duration.ofSeconds(30);
    /** While a kill waits for an instance to be ended, which only happens when the fleet shrinks. */
    private static final Duration AWAITED_EBB_WITHIN = Duration.ofMinutes(3);

    /** A message that nobody has deleted comes back within that, and has a worker launched. */
    private static final Duration STAYS_HOME = Duration.ofSeconds(65);

    private static final Duration REST_WITHIN = Duration.ofSeconds(60);

    private final Order order;
    private final PrintWriter out;
    private final Path log;
    private final Toll toll = new Toll();

    /** @param out gets what people want to see meanwhile, and the account */
    public Drill(Order order, PrintWriter out) {
        this.order = order;
        this.out = out;
        this.log = order.data().resolve("drill.log");
    }

    /**
     * Does it all and prints the account.
     *
     * @return whether nothing was lost, wrong, doubled, invented or killed at work, the fleet went home, and a drill of some size has met each
     *     forced point
     */
    public boolean run() throws IOException, InterruptedException {
        List<Story> stories = order.images().stream().map(Story::new).toList();
        DrillSystem.Plan plan = new DrillSystem.Plan(order.program(), order.data(), order.gateways(), order.settings());
        say(
                "seed %d: %d images, %d kills, %d gateways; everything is in %s",
                order.seed(), stories.size(), order.kills(), order.gateways(), order.data());
        try (DrillSystem system = DrillSystem.start(plan)) {
            List<URI> urls = system.gateways().stream().map(GatewayNode::url).toList();
            Injector injector = new Injector(system, toll, this::note);
            try (Clients clients = new Clients(urls, stories, "drill-" + order.seed());
                    Lookout lookout =
                            new Lookout(system::workers, system.instances(), injector::isLeftAlone, toll, this::note)) {
                lookout.start();
                clients.start(order.clients(), order.seed());
                clients.release(Load.HEAD_START);
                require(await(START_WITHIN, () -> clients.unanswered() < stories.size()), system, "no first answer");
                trouble(system, clients, injector);
                clients.release(stories.size());
                boolean settled = await(order.settleWithin(), () -> clients.unanswered() == 0);
                boolean home =
                        await(order.settleWithin(), () -> system.workers().isEmpty());
                long before = system.instances().launched();
                long stayed = System.nanoTime();
                readAgain(stories, clients, urls);
                while (home && System.nanoTime() - stayed < STAYS_HOME.toNanos()) {
                    TimeUnit.MILLISECONDS.sleep(LOOK_EVERY.toMillis());
                }
                return close(
                        stories,
                        system,
                        settled,
                        home,
                        home ? system.instances().launched() - before : 0);
            }
        }
    }

    private void require(boolean holds, DrillSystem system, String otherwise) throws IOException {
        if (!holds || !system.isAlive()) {
            throw new IOException(otherwise + " within " + START_WITHIN.toSeconds() + " s; see " + order.data());
        }
    }

    /** Faults of the plan until as many processes are killed as was ordered, and images in step with them. */
    private void trouble(DrillSystem system, Clients clients, Injector injector)
            throws IOException, InterruptedException {
        FaultPlan faults = new FaultPlan(order.seed(), order.gateways());
        Load load = new Load(order.images().size(), order.kills());
        Rests rests = new Rests();
        int released = Load.HEAD_START;
        int kills = 0;
        long lastMet = System.nanoTime();
        try (injector) {
            while (kills < order.kills()) {
                int before = kills;
                boolean met = injector.inject(faults.next());
                kills = toll.kills();
                if (met || kills > before) {
                    lastMet = System.nanoTime();
                }
                require(System.nanoTime() - lastMet < START_WITHIN.toNanos(), system, "no fault has met anybody");
                boolean ebb = kills / EBB_EVERY > before / EBB_EVERY;
                if (ebb) {
                    say(
                            "%d kills, %d of %d images without an answer yet",
                            kills, clients.unanswered(), order.images().size());
                    ebb(system, injector);
                    lastMet = System.nanoTime();
                }
                int answered = clients.answered();
                if (rests.isDue(kills, answered, released)) {
                    note("no answer since some kills: no fault until there is one, for " + REST_WITHIN.toSeconds()
                            + " s at most");
                    await(REST_WITHIN, () -> clients.answered() > answered);
                    lastMet = System.nanoTime();
                }
                int due = load.due(kills, released, clients.answered(), ebb);
                clients.release(due - released);
                released = due;
            }
        }
    }

    /** Waits until the fleet is at zero, or until who waited for the end of an instance has struck. */
    private void ebb(DrillSystem system, Injector injector) throws InterruptedException {
        boolean awaited = injector.liesInWait(Fault.KILL_IN_TERMINATE);
        await(
                awaited ? AWAITED_EBB_WITHIN : EBB_WITHIN,
                () -> system.workers().isEmpty() || awaited && !injector.liesInWait(Fault.KILL_IN_TERMINATE));
    }

    /** Every answered image is asked for once more, by key and by id, at whichever gateway: there must be an answer again, and the same. */
    private void readAgain(List<Story> stories, Clients clients, List<URI> urls) throws InterruptedException {
        SplittableRandom random = new SplittableRandom(order.seed());
        for (Story story : stories) {
            if (story.isAnswered()) {
                clients.send(story, urls.get(random.nextInt(urls.size())), random);
                for (String id : story.ids()) {
                    readAgain(story, id, clients, () -> urls.get(random.nextInt(urls.size())));
                }
            }
        }
    }

    private static void readAgain(Story story, String id, Clients clients, Supplier<URI> gateway)
            throws InterruptedException {
        long before = story.answers(id);
        for (int attempt = 0; attempt < FINAL_ATTEMPTS; attempt++) {
            clients.ask(story, gateway.get(), id, FINAL_WAIT_SECONDS);
            if (story.answers(id) > before) {
                return;
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_EVERY.toMillis());
        }
        if (before > 0) {
            story.odd("no answer for " + id + " any more, asked " + FINAL_ATTEMPTS + " times at the end");
        }
    }

    /** @param relaunched instances that were launched when all was answered and the fleet at zero */
    private boolean close(List<Story> stories, DrillSystem system, boolean settled, boolean home, long relaunched)
            throws IOException {
        List<Stored> stored = Buckets.results(order.data());
        LastWords words = LastWords.of(order.data(), toll, order.fence());
        Account account =
                Account.of(stories, stored, toll.inside(), Buckets.spoilt(order.data(), stories), words.busy());
        Running running = Running.of(order.data());
        account.findings().forEach(finding -> say("%s", finding));
        boolean heard = words.told() > 0;
        if (!heard) {
            say("endings: EC2 was told to end no worker, so nothing is known of busy ones");
        }
        if (!settled) {
            say("unanswered: %d images after %d s without a fault", account.images() - account.answered(), settle());
        }
        if (!home) {
            say(
                    "fleet: %d workers still run %d s after the last answer",
                    system.workers().size(), settle());
        }
        if (relaunched > 0) {
            say("fleet: %d instances were launched after the last answer, so something still waited", relaunched);
        }
        boolean tooMany = running.most() > order.workers();
        if (tooMany) {
            say("fleet: %d instances ran at the same time, and %d may", running.most(), order.workers());
        }
        running.twins().forEach(twin -> say("fleet: %s", twin));
        say(
                "faults: %s",
                toll.done().entrySet().stream()
                        .map(entry -> entry.getKey().text() + " " + entry.getValue())
                        .collect(Collectors.joining(", ")));
        ForcedPoints points = ForcedPoints.of(toll);
        say("%s", points.text());
        say(
                "starts of gateways: %s",
                system.gateways().stream()
                        .map(node -> Integer.toString(node.starts()))
                        .collect(Collectors.joining(", ")));
        say("%s", Rescues.of(stories, stored, toll, order.lease()).text());
        List<Path> logs = system.gateways().stream().map(GatewayNode::log).toList();
        say("%s", Failovers.of(logs, toll).text());
        say("%s", words.text());
        say("%s", account.text());
        boolean fleet =
                home && heard && relaunched == 0 && !tooMany && running.twins().isEmpty();
        boolean good = account.isGood() && fleet && points.missed().isEmpty();
        say("seed %d: %s", order.seed(), good ? "good" : "NOT GOOD; everything is in " + order.data());
        return good;
    }

    private long settle() {
        return order.settleWithin().toSeconds();
    }

    private boolean await(Duration within, BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + within.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_EVERY.toMillis());
        }
        return true;
    }

    private void say(String format, Object... values) {
        String line = format.formatted(values);
        out.println(line);
        out.flush();
        note(line);
    }

    private synchronized void note(String line) {
        try {
            Files.writeString(log, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
